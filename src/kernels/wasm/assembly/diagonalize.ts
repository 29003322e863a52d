import { madd, nmadd } from "./lanes";

// Implicit QL on a symmetric tridiagonal matrix T; see src/kernels/reference/symmetric-eigen.ts.

/** Rotations converge cubically; 30 sweeps for one eigenvalue are never needed (Handbook, tql2). */
const maxSweeps = 30;

const epsilon: f64 = f64.EPSILON;

/** Diagonalizes T and rotates the rows of `a` along; d becomes the eigenvalues, unsorted. */
export function diagonalize(n: usize, d: usize, e: usize, a: usize, lda: usize): bool {
  memory.copy(e, e + 8, (n - 1) * 8); // From here on e[i] = T[i + 1, i].
  store<f64>(e + (n - 1) * 8, 0);
  for (let l: usize = 0; l < n; l++)
    for (let sweep = 0; ; sweep++) {
      const m = firstSplit(l, n, d, e);
      if (m == l) break;
      if (sweep == maxSweeps) return false;
      chase(l, m, d, e, n, a, lda);
    }
  return true;
}

/** The first m >= l below which T falls apart: e[m] is lost beside its neighbours on the diagonal or beside 1. */
function firstSplit(l: usize, n: usize, d: usize, e: usize): usize {
  let m = l;
  for (; m < n - 1; m++) {
    const neighbours = abs<f64>(at(d, m)) + abs<f64>(at(d, m + 1));
    if (abs<f64>(at(e, m)) <= epsilon * (neighbours + epsilon)) break;
  }
  return m;
}

/** One sweep with Wilkinson's shift over rows l to m of T. */
function chase(l: usize, m: usize, d: usize, e: usize, n: usize, a: usize, lda: usize): void {
  const half = (at(d, l + 1) - at(d, l)) / (2 * at(e, l));
  const root = hypot(half, 1);
  let g = at(d, m) - at(d, l) + at(e, l) / (half + (half >= 0 ? root : -root));
  let c: f64 = 1;
  let s: f64 = 1;
  let p: f64 = 0;
  for (let i = m; i-- > l; ) {
    const f = s * at(e, i);
    const b = c * at(e, i);
    const r = hypot(f, g);
    const shifted = at(d, i + 1) - p;
    put(e, i + 1, r);
    if (r == 0) {
      // T has split: undo the shift of row i + 1 and start again.
      put(d, i + 1, shifted);
      put(e, m, 0);
      return;
    }
    s = f / r;
    c = g / r;
    const t = (at(d, i) - shifted) * s + 2 * c * b;
    p = s * t;
    put(d, i + 1, shifted + p);
    g = c * t - b;
    rotateRows(n, a + i * lda * 8, a + (i + 1) * lda * 8, c, s);
  }
  put(d, l, at(d, l) - p);
  put(e, l, g);
  put(e, m, 0);
}

/** √(x² + y²) without over- or underflow of the squares. */
function hypot(x: f64, y: f64): f64 {
  const large = max<f64>(abs<f64>(x), abs<f64>(y));
  const small = min<f64>(abs<f64>(x), abs<f64>(y));
  if (large == 0) return 0;
  const ratio = small / large;
  return large * sqrt<f64>(1 + ratio * ratio);
}

/** (x, y) <- (c x - s y, s x + c y) for two rows. */
function rotateRows(n: usize, x: usize, y: usize, c: f64, s: f64): void {
  const cs = f64x2.splat(c);
  const ss = f64x2.splat(s);
  const whole = (n & ~1) * 8;
  for (let k: usize = 0; k < whole; k += 16) {
    const xk = v128.load(x + k);
    const yk = v128.load(y + k);
    v128.store(x + k, nmadd<f64>(ss, yk, f64x2.mul(cs, xk)));
    v128.store(y + k, madd<f64>(cs, yk, f64x2.mul(ss, xk)));
  }
  if (whole == n * 8) return;
  const xk = load<f64>(x + whole);
  const yk = load<f64>(y + whole);
  store<f64>(x + whole, c * xk - s * yk);
  store<f64>(y + whole, s * xk + c * yk);
}

// @ts-expect-error: decorator
@inline
function at(x: usize, i: usize): f64 {
  return load<f64>(x + i * 8);
}

// @ts-expect-error: decorator
@inline
function put(x: usize, i: usize, value: f64): void {
  store<f64>(x + i * 8, value);
}

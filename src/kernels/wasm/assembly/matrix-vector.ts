import { madd, sumLanes } from "./lanes";
import { rowDot } from "./rows";
import { addScaled } from "./vectors";
import { packedA, packedB } from "./workspace";

/** Numbers of x and of y that are gathered at once: 128 KiB of float64. */
const block: usize = 16384;

/**
 * y <- α op(A) x + β y for op(A) m × k, where x and y step by incX and incY numbers: a product with a single
 * column, which reads A once and has nothing to gain from packing it.
 */
export function multiplyVector<T>(
  transpose: bool,
  m: usize,
  k: usize,
  alpha: T,
  a: usize,
  lda: usize,
  x: usize,
  incX: usize,
  beta: T,
  y: usize,
  incY: usize,
): void {
  for (let i: usize = 0; i < m; i += block) {
    const rows = min(block, m - i);
    const sums = packedA();
    memory.fill(sums, 0, rows * sizeof<T>());
    for (let p: usize = 0; p < k; p += block) {
      const depth = min(block, k - p);
      const part = gather<T>(depth, x + p * incX * sizeof<T>(), incX);
      const start = a + sizeof<T>() * (transpose ? p * lda + i : i * lda + p);
      if (transpose) addRows<T>(rows, depth, start, lda, part, sums);
      else addDots<T>(rows, depth, start, lda, part, sums);
    }
    combine<T>(rows, alpha, sums, beta, y + i * incY * sizeof<T>(), incY);
  }
}

/** The address of x's numbers side by side. */
function gather<T>(n: usize, x: usize, incX: usize): usize {
  if (incX == 1) return x;
  const out = packedB();
  for (let i: usize = 0; i < n; i++) store<T>(out + i * sizeof<T>(), load<T>(x + i * incX * sizeof<T>()));
  return out;
}

/** sums[i] += a[i, :] · x, four rows at a time. */
function addDots<T>(m: usize, k: usize, a: usize, lda: usize, x: usize, sums: usize): void {
  const stride = lda * sizeof<T>();
  let i: usize = 0;
  for (; i + 4 <= m; i += 4, a += 4 * stride) addFourDots<T>(k, a, stride, x, sums + i * sizeof<T>());
  for (; i < m; i++, a += stride) {
    const address = sums + i * sizeof<T>();
    store<T>(address, load<T>(address) + rowDot<T>(k, a, x));
  }
}

function addFourDots<T>(k: usize, a0: usize, stride: usize, x: usize, sums: usize): void {
  const a1 = a0 + stride;
  const a2 = a1 + stride;
  const a3 = a2 + stride;
  const end = k * sizeof<T>();
  const whole = end & ~15;
  let s0 = v128.splat<T>(0);
  let s1 = v128.splat<T>(0);
  let s2 = v128.splat<T>(0);
  let s3 = v128.splat<T>(0);
  for (let j: usize = 0; j < whole; j += 16) {
    const xj = v128.load(x + j);
    s0 = madd<T>(v128.load(a0 + j), xj, s0);
    s1 = madd<T>(v128.load(a1 + j), xj, s1);
    s2 = madd<T>(v128.load(a2 + j), xj, s2);
    s3 = madd<T>(v128.load(a3 + j), xj, s3);
  }
  let t0 = sumLanes<T>(s0);
  let t1 = sumLanes<T>(s1);
  let t2 = sumLanes<T>(s2);
  let t3 = sumLanes<T>(s3);
  for (let j = whole; j < end; j += sizeof<T>()) {
    const xj = load<T>(x + j);
    t0 += load<T>(a0 + j) * xj;
    t1 += load<T>(a1 + j) * xj;
    t2 += load<T>(a2 + j) * xj;
    t3 += load<T>(a3 + j) * xj;
  }
  store<T>(sums, load<T>(sums) + t0);
  store<T>(sums, load<T>(sums, sizeof<T>()) + t1, sizeof<T>());
  store<T>(sums, load<T>(sums, 2 * sizeof<T>()) + t2, 2 * sizeof<T>());
  store<T>(sums, load<T>(sums, 3 * sizeof<T>()) + t3, 3 * sizeof<T>());
}

/** sums += Σ_k x[k] a[k, :], four rows of A at a time. */
function addRows<T>(m: usize, k: usize, a: usize, lda: usize, x: usize, sums: usize): void {
  const stride = lda * sizeof<T>();
  let p: usize = 0;
  for (; p + 4 <= k; p += 4, a += 4 * stride) addFourRows<T>(m, a, stride, x + p * sizeof<T>(), sums);
  for (; p < k; p++, a += stride) addScaled<T>(m, load<T>(x + p * sizeof<T>()), a, sums);
}

function addFourRows<T>(m: usize, a0: usize, stride: usize, x: usize, sums: usize): void {
  const a1 = a0 + stride;
  const a2 = a1 + stride;
  const a3 = a2 + stride;
  const x0 = load<T>(x);
  const x1 = load<T>(x, sizeof<T>());
  const x2 = load<T>(x, 2 * sizeof<T>());
  const x3 = load<T>(x, 3 * sizeof<T>());
  const end = m * sizeof<T>();
  const whole = end & ~15;
  for (let i: usize = 0; i < whole; i += 16) {
    const even = madd<T>(v128.splat<T>(x0), v128.load(a0 + i), v128.load(sums + i));
    const odd = v128.mul<T>(v128.splat<T>(x1), v128.load(a1 + i));
    const evens = madd<T>(v128.splat<T>(x2), v128.load(a2 + i), even);
    v128.store(sums + i, v128.add<T>(evens, madd<T>(v128.splat<T>(x3), v128.load(a3 + i), odd)));
  }
  for (let i = whole; i < end; i += sizeof<T>())
    store<T>(
      sums + i,
      load<T>(sums + i) +
        x0 * load<T>(a0 + i) +
        x1 * load<T>(a1 + i) +
        x2 * load<T>(a2 + i) +
        x3 * load<T>(a3 + i),
    );
}

/** y <- α sums + β y. */
function combine<T>(n: usize, alpha: T, sums: usize, beta: T, y: usize, incY: usize): void {
  for (let i: usize = 0; i < n; i++, y += incY * sizeof<T>()) {
    const x = alpha * load<T>(sums + i * sizeof<T>());
    store<T>(y, beta == 0 ? x : x + beta * load<T>(y));
  }
}

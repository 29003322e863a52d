import {
  eluVector,
  geluVector,
  sigmoidVector,
  siluVector,
  softplusVector,
  tanhVector,
} from "./exponential-activations";
import { lanes, select } from "./lanes";
import { sineVector } from "./sine";
import { scratch } from "./workspace";

// The codes of the activations: their index in `activations` of src/kernels/activation.ts.
const identity = 0;
const tanh = 1;
const relu = 2;
const leakyRelu = 3;
const elu = 4;
const gelu = 5;
const silu = 6;
const sigmoid = 7;
const softplus = 8;
const sine = 9;

/** a <- σ(z), slope <- σ'(z), curvature <- σ''(z) for m × n matrices; address 0 for what is not wanted. */
export function activate<T>(
  code: i32,
  m: usize,
  n: usize,
  z: usize,
  ldz: usize,
  a: usize,
  lda: usize,
  slope: usize,
  ldSlope: usize,
  curvature: usize,
  ldCurvature: usize,
): void {
  const isContiguous = ldz == n && lda == n && (!slope || ldSlope == n) && (!curvature || ldCurvature == n);
  if (isContiguous) {
    activateRow<T>(code, m * n, z, a, slope, curvature);
    return;
  }
  for (let i: usize = 0; i < m; i++) {
    activateRow<T>(code, n, z, a, slope, curvature);
    z += ldz * sizeof<T>();
    a += lda * sizeof<T>();
    if (slope) slope += ldSlope * sizeof<T>();
    if (curvature) curvature += ldCurvature * sizeof<T>();
  }
}

/** Whole vectors in place; the rest of the row as one vector of the scratch memory. */
function activateRow<T>(code: i32, n: usize, z: usize, a: usize, slope: usize, curvature: usize): void {
  const rest = (n % lanes<T>()) * sizeof<T>();
  const end = n * sizeof<T>() - rest;
  activateVectors<T>(code, end, z, a, slope, curvature);
  if (rest == 0) return;
  const x = scratch();
  copyRest<T>(rest, z + end, x);
  activateVectors<T>(code, 16, x, x + 16, slope ? x + 32 : 0, curvature ? x + 48 : 0);
  copyRest<T>(rest, x + 16, a + end);
  if (slope) copyRest<T>(rest, x + 32, slope + end);
  if (curvature) copyRest<T>(rest, x + 48, curvature + end);
}

/** Up to three numbers: a call of memory.copy costs 50 ns, as much as 20 vectors. */
// @ts-expect-error: decorator
@inline
function copyRest<T>(bytes: usize, x: usize, y: usize): void {
  for (let i: usize = 0; i < bytes; i += sizeof<T>()) store<T>(y + i, load<T>(x + i));
}

function activateVectors<T>(code: i32, end: usize, z: usize, a: usize, slope: usize, curvature: usize): void {
  switch (code) {
    case identity:
      return loop<T>(identity, end, z, a, slope, curvature);
    case tanh:
      return loop<T>(tanh, end, z, a, slope, curvature);
    case relu:
      return loop<T>(relu, end, z, a, slope, curvature);
    case leakyRelu:
      return loop<T>(leakyRelu, end, z, a, slope, curvature);
    case elu:
      return loop<T>(elu, end, z, a, slope, curvature);
    case gelu:
      return loop<T>(gelu, end, z, a, slope, curvature);
    case silu:
      return loop<T>(silu, end, z, a, slope, curvature);
    case sigmoid:
      return loop<T>(sigmoid, end, z, a, slope, curvature);
    case softplus:
      return loop<T>(softplus, end, z, a, slope, curvature);
    default:
      return loop<T>(sine, end, z, a, slope, curvature);
  }
}

/** Inlined with a constant code, so that the compiler keeps one branch of `activateVector` in each loop. */
// @ts-expect-error: decorator
@inline
function loop<T>(code: i32, end: usize, z: usize, a: usize, slope: usize, curvature: usize): void {
  // Beside so little arithmetic the tests of the general loop take 2 to 4 times as long as all else.
  if ((code == relu || code == leakyRelu) && !curvature) {
    if (slope) {
      for (let i: usize = 0; i < end; i += 16)
        activateVector<T>(code, v128.load(z + i), a + i, slope + i, 0);
    } else {
      for (let i: usize = 0; i < end; i += 16) activateVector<T>(code, v128.load(z + i), a + i, 0, 0);
    }
    return;
  }
  for (let i: usize = 0; i < end; i += 16)
    activateVector<T>(code, v128.load(z + i), a + i, slope ? slope + i : 0, curvature ? curvature + i : 0);
}

// @ts-expect-error: decorator
@inline
function activateVector<T>(code: i32, z: v128, a: usize, slope: usize, curvature: usize): void {
  if (code == identity) piecewiseVector<T>(1, z, a, slope, curvature);
  else if (code == tanh) tanhVector<T>(z, a, slope, curvature);
  else if (code == relu) piecewiseVector<T>(0, z, a, slope, curvature);
  else if (code == leakyRelu) piecewiseVector<T>(<T>0.01, z, a, slope, curvature);
  else if (code == elu) eluVector<T>(z, a, slope, curvature);
  else if (code == gelu) geluVector<T>(z, a, slope, curvature);
  else if (code == silu) siluVector<T>(z, a, slope, curvature);
  else if (code == sigmoid) sigmoidVector<T>(z, a, slope, curvature);
  else if (code == softplus) softplusVector<T>(z, a, slope, curvature);
  else sineVector<T>(z, a, slope, curvature);
}

/** σ = z where z > 0, left z elsewhere; left = 0 is the relu, 1 the identity. */
// @ts-expect-error: decorator
@inline
function piecewiseVector<T>(left: T, z: v128, a: usize, slope: usize, curvature: usize): void {
  const isPositive = v128.gt<T>(z, v128.splat<T>(0));
  // pmax keeps NaN, and 0 · -∞ = NaN out of the relu.
  const y =
    left == 0
      ? v128.pmax<T>(z, v128.splat<T>(0))
      : select<T>(isPositive, z, v128.mul<T>(z, v128.splat<T>(left)));
  v128.store(a, y);
  if (slope) v128.store(slope, select<T>(isPositive, v128.splat<T>(1), v128.splat<T>(left)));
  if (curvature) v128.store(curvature, v128.splat<T>(0));
}

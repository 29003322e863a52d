// The exports of the module: every operation for float32 and float64 arrays (suffix 32 or 64; two suffixes where
// the arrays of a call differ). Sizes are numbers of elements, arrays are addresses.

import { activate } from "./activation";
import { gemm, syrk } from "./products";
import { accumulateGram, contractRows, faceSplit, gatherRows, rowDots, scaleRows } from "./rows";
import { adam, axpy, axpyMixed, copy, dot, scale } from "./vectors";

export { cholesky } from "./cholesky";
export * from "./image-exports";
export { symmetricEigen } from "./symmetric-eigen";
export { piecesByWorkers, serve, setTeam, teamBytes } from "./team";
export { solveTriangular } from "./triangular";
export { heapBase, setWorkspace, workspaceBytes } from "./workspace";

export function gemm32(
  transposeA: bool,
  transposeB: bool,
  m: usize,
  n: usize,
  k: usize,
  alpha: f32,
  a: usize,
  lda: usize,
  b: usize,
  ldb: usize,
  beta: f32,
  c: usize,
  ldc: usize,
): void {
  gemm<f32>(transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

export function gemm64(
  transposeA: bool,
  transposeB: bool,
  m: usize,
  n: usize,
  k: usize,
  alpha: f64,
  a: usize,
  lda: usize,
  b: usize,
  ldb: usize,
  beta: f64,
  c: usize,
  ldc: usize,
): void {
  gemm<f64>(transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

export function syrk32(
  transpose: bool,
  n: usize,
  k: usize,
  alpha: f32,
  a: usize,
  lda: usize,
  beta: f32,
  c: usize,
  ldc: usize,
): void {
  syrk<f32>(transpose, n, k, alpha, a, lda, beta, c, ldc);
}

export function syrk64(
  transpose: bool,
  n: usize,
  k: usize,
  alpha: f64,
  a: usize,
  lda: usize,
  beta: f64,
  c: usize,
  ldc: usize,
): void {
  syrk<f64>(transpose, n, k, alpha, a, lda, beta, c, ldc);
}

export function activate32(
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
  activate<f32>(code, m, n, z, ldz, a, lda, slope, ldSlope, curvature, ldCurvature);
}

export function activate64(
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
  activate<f64>(code, m, n, z, ldz, a, lda, slope, ldSlope, curvature, ldCurvature);
}

export function scaleRows32(
  m: usize,
  repeat: usize,
  n: usize,
  s: usize,
  lds: usize,
  d: usize,
  ldd: usize,
): void {
  scaleRows<f32>(m, repeat, n, s, lds, d, ldd);
}

export function scaleRows64(
  m: usize,
  repeat: usize,
  n: usize,
  s: usize,
  lds: usize,
  d: usize,
  ldd: usize,
): void {
  scaleRows<f64>(m, repeat, n, s, lds, d, ldd);
}

export function contractRows32(
  m: usize,
  repeat: usize,
  n: usize,
  u: usize,
  d: usize,
  ldd: usize,
  out: usize,
  ldOut: usize,
): void {
  contractRows<f32>(m, repeat, n, u, d, ldd, out, ldOut);
}

export function contractRows64(
  m: usize,
  repeat: usize,
  n: usize,
  u: usize,
  d: usize,
  ldd: usize,
  out: usize,
  ldOut: usize,
): void {
  contractRows<f64>(m, repeat, n, u, d, ldd, out, ldOut);
}

export function rowDots32(
  m: usize,
  repeat: usize,
  n: usize,
  alpha: f32,
  d: usize,
  ldd: usize,
  t: usize,
  ldt: usize,
  out: usize,
): void {
  rowDots<f32>(m, repeat, n, alpha, d, ldd, t, ldt, out);
}

export function rowDots64(
  m: usize,
  repeat: usize,
  n: usize,
  alpha: f64,
  d: usize,
  ldd: usize,
  t: usize,
  ldt: usize,
  out: usize,
): void {
  rowDots<f64>(m, repeat, n, alpha, d, ldd, t, ldt, out);
}

export function faceSplit32(
  m: usize,
  repeat: usize,
  an: usize,
  dn: usize,
  s: f32,
  a: usize,
  lda: usize,
  d: usize,
  ldd: usize,
  out: usize,
  ldOut: usize,
): void {
  faceSplit<f32>(m, repeat, an, dn, s, a, lda, d, ldd, out, ldOut);
}

export function faceSplit64(
  m: usize,
  repeat: usize,
  an: usize,
  dn: usize,
  s: f64,
  a: usize,
  lda: usize,
  d: usize,
  ldd: usize,
  out: usize,
  ldOut: usize,
): void {
  faceSplit<f64>(m, repeat, an, dn, s, a, lda, d, ldd, out, ldOut);
}

export function accumulateGram3232(
  first: usize,
  m: usize,
  repeat: usize,
  s: f64,
  t: f64,
  p: usize,
  ldp: usize,
  q: usize,
  ldq: usize,
  g: usize,
  ldg: usize,
): void {
  accumulateGram<f32, f32>(first, m, repeat, s, t, p, ldp, q, ldq, g, ldg);
}

export function accumulateGram3264(
  first: usize,
  m: usize,
  repeat: usize,
  s: f64,
  t: f64,
  p: usize,
  ldp: usize,
  q: usize,
  ldq: usize,
  g: usize,
  ldg: usize,
): void {
  accumulateGram<f32, f64>(first, m, repeat, s, t, p, ldp, q, ldq, g, ldg);
}

export function accumulateGram6464(
  first: usize,
  m: usize,
  repeat: usize,
  s: f64,
  t: f64,
  p: usize,
  ldp: usize,
  q: usize,
  ldq: usize,
  g: usize,
  ldg: usize,
): void {
  accumulateGram<f64, f64>(first, m, repeat, s, t, p, ldp, q, ldq, g, ldg);
}

export function gatherRows3232(
  m: usize,
  n: usize,
  source: usize,
  lds: usize,
  rows: usize,
  out: usize,
  ldOut: usize,
): void {
  gatherRows<f32, f32>(m, n, source, lds, rows, out, ldOut);
}

export function gatherRows3264(
  m: usize,
  n: usize,
  source: usize,
  lds: usize,
  rows: usize,
  out: usize,
  ldOut: usize,
): void {
  gatherRows<f32, f64>(m, n, source, lds, rows, out, ldOut);
}

export function gatherRows6432(
  m: usize,
  n: usize,
  source: usize,
  lds: usize,
  rows: usize,
  out: usize,
  ldOut: usize,
): void {
  gatherRows<f64, f32>(m, n, source, lds, rows, out, ldOut);
}

export function gatherRows6464(
  m: usize,
  n: usize,
  source: usize,
  lds: usize,
  rows: usize,
  out: usize,
  ldOut: usize,
): void {
  gatherRows<f64, f64>(m, n, source, lds, rows, out, ldOut);
}

export function dot32(n: usize, x: usize, y: usize): f64 {
  return dot<f32>(n, x, y);
}

export function dot64(n: usize, x: usize, y: usize): f64 {
  return dot<f64>(n, x, y);
}

export function axpy3232(n: usize, alpha: f32, x: usize, y: usize): void {
  axpy<f32>(n, alpha, x, y);
}

export function axpy6464(n: usize, alpha: f64, x: usize, y: usize): void {
  axpy<f64>(n, alpha, x, y);
}

export function axpy3264(n: usize, alpha: f64, x: usize, y: usize): void {
  axpyMixed<f32, f64>(n, alpha, x, y);
}

export function axpy6432(n: usize, alpha: f64, x: usize, y: usize): void {
  axpyMixed<f64, f32>(n, alpha, x, y);
}

export function scale32(n: usize, alpha: f32, x: usize): void {
  scale<f32>(n, alpha, x);
}

export function scale64(n: usize, alpha: f64, x: usize): void {
  scale<f64>(n, alpha, x);
}

export function copy3232(n: usize, x: usize, y: usize): void {
  copy<f32, f32>(n, x, y);
}

export function copy3264(n: usize, x: usize, y: usize): void {
  copy<f32, f64>(n, x, y);
}

export function copy6432(n: usize, x: usize, y: usize): void {
  copy<f64, f32>(n, x, y);
}

export function copy6464(n: usize, x: usize, y: usize): void {
  copy<f64, f64>(n, x, y);
}

export function adam32(
  n: usize,
  rate: f32,
  beta1: f32,
  beta2: f32,
  oneMinusBeta1: f32,
  oneMinusBeta2: f32,
  epsilon: f32,
  g: usize,
  m: usize,
  v: usize,
  theta: usize,
): void {
  adam<f32>(n, rate, beta1, beta2, oneMinusBeta1, oneMinusBeta2, epsilon, g, m, v, theta);
}

export function adam64(
  n: usize,
  rate: f64,
  beta1: f64,
  beta2: f64,
  oneMinusBeta1: f64,
  oneMinusBeta2: f64,
  epsilon: f64,
  g: usize,
  m: usize,
  v: usize,
  theta: usize,
): void {
  adam<f64>(n, rate, beta1, beta2, oneMinusBeta1, oneMinusBeta2, epsilon, g, m, v, theta);
}

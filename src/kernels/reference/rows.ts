import type { FloatArray } from "../kernels.ts";

/** d[i r + k, j] <- d[i r + k, j] s[i, j]; see `Kernels`. */
export function scaleRows(
  m: number,
  repeat: number,
  n: number,
  s: FloatArray,
  lds: number,
  d: FloatArray,
  ldd: number,
): void {
  for (let row = 0; row < m * repeat; row++) {
    const i = Math.floor(row / repeat);
    for (let j = 0; j < n; j++) d[row * ldd + j]! *= s[i * lds + j]!;
  }
}

/** out[i, j] <- Σ_k u[i r + k] d[i r + k, j]; see `Kernels`. */
export function contractRows(
  m: number,
  repeat: number,
  n: number,
  u: FloatArray,
  d: FloatArray,
  ldd: number,
  out: FloatArray,
  ldOut: number,
): void {
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let row = i * repeat; row < (i + 1) * repeat; row++) sum += u[row]! * d[row * ldd + j]!;
      out[i * ldOut + j] = sum;
    }
}

/** out[i r + k] <- out[i r + k] + α d[i r + k, :] · t[i, :]; see `Kernels`. */
export function rowDots(
  m: number,
  repeat: number,
  n: number,
  alpha: number,
  d: FloatArray,
  ldd: number,
  t: FloatArray,
  ldt: number,
  out: FloatArray,
): void {
  for (let row = 0; row < m * repeat; row++) {
    const i = Math.floor(row / repeat);
    let sum = 0;
    for (let j = 0; j < n; j++) sum += d[row * ldd + j]! * t[i * ldt + j]!;
    out[row]! += alpha * sum;
  }
}

/** out[i r + k, α d_n + j] <- s a[i, α] d[i r + k, j]; see `Kernels`. */
export function faceSplit(
  m: number,
  repeat: number,
  an: number,
  dn: number,
  s: number,
  a: FloatArray,
  lda: number,
  d: FloatArray,
  ldd: number,
  out: FloatArray,
  ldOut: number,
): void {
  for (let row = 0; row < m * repeat; row++) {
    const i = Math.floor(row / repeat);
    for (let alpha = 0; alpha < an; alpha++)
      for (let j = 0; j < dn; j++)
        out[row * ldOut + alpha * dn + j] = s * a[i * lda + alpha]! * d[row * ldd + j]!;
  }
}

/** Lower G[i r + k, j r + l] += (s P[i, j] + t) Q[i r + k, j r + l]; see `Kernels`. */
export function accumulateGram(
  first: number,
  m: number,
  repeat: number,
  s: number,
  t: number,
  p: FloatArray,
  ldp: number,
  q: FloatArray,
  ldq: number,
  g: FloatArray,
  ldg: number,
): void {
  for (let row = 0; row < m * repeat; row++)
    for (let column = 0; column <= first * repeat + row; column++) {
      const pij = p[Math.floor(row / repeat) * ldp + Math.floor(column / repeat)]!;
      g[row * ldg + column]! += (s * pij + t) * q[row * ldq + column]!;
    }
}

/** out[i, j] <- source[rows[i], j]; see `Kernels`. */
export function gatherRows(
  m: number,
  n: number,
  source: FloatArray,
  lds: number,
  rows: Int32Array,
  out: FloatArray,
  ldOut: number,
): void {
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[i * ldOut + j] = source[rows[i]! * lds + j]!;
}

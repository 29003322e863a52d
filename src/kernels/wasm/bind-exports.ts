import { activations } from "../activation.ts";
import type { ImageKernels, Window } from "../image-kernels.ts";
import type { FloatArray, Kernels } from "../kernels.ts";

/** The functions that a module exports; see assembly/index.ts. They take addresses in place of arrays. */
export type Exports = Readonly<Record<string, Operation>>;

type Operation = (...values: (number | boolean)[]) => number;

/** The operations on matrices: `gemm` and `syrk`. */
export function bindProducts(exports: Exports): Pick<Kernels, "gemm" | "syrk"> {
  const gemm = byPrecision(exports, "gemm");
  const syrk = byPrecision(exports, "syrk");
  return {
    gemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
      gemm(a)(ta, tb, m, n, k, alpha, at(a), lda, at(b), ldb, beta, at(c), ldc);
    },
    syrk(transpose, n, k, alpha, a, lda, beta, c, ldc) {
      syrk(a)(transpose, n, k, alpha, at(a), lda, beta, at(c), ldc);
    },
  };
}

type RowOperations =
  | "activate"
  | "scaleRows"
  | "contractRows"
  | "rowDots"
  | "faceSplit"
  | "accumulateGram"
  | "gatherRows";

/** The operations on the rows of a layer. */
export function bindRows(exports: Exports): Pick<Kernels, RowOperations> {
  const activate = byPrecision(exports, "activate");
  const scaleRows = byPrecision(exports, "scaleRows");
  const contractRows = byPrecision(exports, "contractRows");
  const rowDots = byPrecision(exports, "rowDots");
  const faceSplit = byPrecision(exports, "faceSplit");
  const accumulateGram = byPrecisions(exports, "accumulateGram");
  const gatherRows = byPrecisions(exports, "gatherRows");
  return {
    activate(activation, m, n, z, ldz, a, lda, slope, ldSlope, curvature, ldCurvature) {
      const code = activations.indexOf(activation);
      activate(z)(code, m, n, at(z), ldz, at(a), lda, at(slope), ldSlope, at(curvature), ldCurvature);
    },
    scaleRows(m, repeat, n, s, lds, d, ldd) {
      scaleRows(d)(m, repeat, n, at(s), lds, at(d), ldd);
    },
    contractRows(m, repeat, n, u, d, ldd, out, ldOut) {
      contractRows(d)(m, repeat, n, at(u), at(d), ldd, at(out), ldOut);
    },
    rowDots(m, repeat, n, alpha, d, ldd, t, ldt, out) {
      rowDots(d)(m, repeat, n, alpha, at(d), ldd, at(t), ldt, at(out));
    },
    faceSplit(m, repeat, an, dn, s, a, lda, d, ldd, out, ldOut) {
      faceSplit(a)(m, repeat, an, dn, s, at(a), lda, at(d), ldd, at(out), ldOut);
    },
    accumulateGram(first, m, repeat, s, t, p, ldp, q, ldq, g, ldg) {
      accumulateGram(p, g)(first, m, repeat, s, t, at(p), ldp, at(q), ldq, at(g), ldg);
    },
    gatherRows(m, n, source, lds, rows, out, ldOut) {
      gatherRows(source, out)(m, n, at(source), lds, at(rows), at(out), ldOut);
    },
  };
}

type WindowOperations = "unfold" | "fold" | "maxPool" | "maxUnpool" | "averagePool" | "averageUnpool";

/** The operations that move a window over images. */
export function bindWindows(exports: Exports): Pick<ImageKernels, WindowOperations> {
  const unfold = byPrecision(exports, "unfold");
  const fold = byPrecision(exports, "fold");
  const maxPool = byPrecision(exports, "maxPool");
  const maxUnpool = byPrecision(exports, "maxUnpool");
  const averagePool = byPrecision(exports, "averagePool");
  const averageUnpool = byPrecision(exports, "averageUnpool");
  return {
    unfold(count, window, firstChannel, channels, image, ldImage, out, ldOut) {
      setWindow(exports, window);
      unfold(image)(count, firstChannel, channels, at(image), ldImage, at(out), ldOut);
    },
    fold(count, window, firstChannel, channels, patches, ldPatches, image, ldImage) {
      setWindow(exports, window);
      fold(image)(count, firstChannel, channels, at(patches), ldPatches, at(image), ldImage);
    },
    maxPool(count, window, image, ldImage, out, ldOut, places) {
      setWindow(exports, window);
      maxPool(image)(count, at(image), ldImage, at(out), ldOut, at(places));
    },
    maxUnpool(count, repeat, window, places, d, ldd, out, ldOut) {
      setWindow(exports, window);
      maxUnpool(d)(count, repeat, at(places), at(d), ldd, at(out), ldOut);
    },
    averagePool(count, window, image, ldImage, out, ldOut) {
      setWindow(exports, window);
      averagePool(image)(count, at(image), ldImage, at(out), ldOut);
    },
    averageUnpool(rows, window, d, ldd, out, ldOut) {
      setWindow(exports, window);
      averageUnpool(d)(rows, at(d), ldd, at(out), ldOut);
    },
  };
}

function setWindow(exports: Exports, w: Window): void {
  exports.setWindow!(
    ...[w.height, w.width, w.channels, w.kernelHeight, w.kernelWidth, w.strideHeight, w.strideWidth],
    ...[w.dilationHeight, w.dilationWidth, w.paddingTop, w.paddingLeft, w.outHeight, w.outWidth],
  );
}

type ChannelOperations = "normalizeGroups" | "denormalizeGroups" | "scaleChannels" | "channelDots";

/** The operations on the channels of images. */
export function bindChannels(exports: Exports): Pick<ImageKernels, ChannelOperations> {
  const normalizeGroups = byPrecision(exports, "normalizeGroups");
  const denormalizeGroups = byPrecision(exports, "denormalizeGroups");
  const scaleChannels = byPrecision(exports, "scaleChannels");
  const channelDots = byPrecision(exports, "channelDots");
  return {
    normalizeGroups(count, positions, channels, groups, epsilon, x, ldx, out, ldOut, inverse) {
      const shape = [count, positions, channels, groups];
      normalizeGroups(x)(...shape, epsilon, at(x), ldx, at(out), ldOut, at(inverse));
    },
    denormalizeGroups(count, repeat, positions, channels, groups, normalized, ldn, inverse, d, ldd) {
      const shape = [count, repeat, positions, channels, groups];
      denormalizeGroups(d)(...shape, at(normalized), ldn, at(inverse), at(d), ldd);
    },
    scaleChannels(rows, channels, gamma, beta, x, ldx, out, ldOut) {
      scaleChannels(x)(rows, channels, at(gamma), at(beta), at(x), ldx, at(out), ldOut);
    },
    channelDots(m, repeat, positions, channels, a, lda, d, ldd, out, ldOut) {
      channelDots(d)(m, repeat, positions, channels, at(a), lda, at(d), ldd, at(out), ldOut);
    },
  };
}

/** The operations on vectors. */
export function bindVectors(exports: Exports): Pick<Kernels, "dot" | "axpy" | "scale" | "copy" | "adam"> {
  const dot = byPrecision(exports, "dot");
  const axpy = byPrecisions(exports, "axpy");
  const scale = byPrecision(exports, "scale");
  const copy = byPrecisions(exports, "copy");
  const adam = byPrecision(exports, "adam");
  return {
    dot: (n, x, y) => dot(x)(n, at(x), at(y)),
    axpy(n, alpha, x, y) {
      axpy(x, y)(n, alpha, at(x), at(y));
    },
    scale(n, alpha, x) {
      scale(x)(n, alpha, at(x));
    },
    copy(n, x, y) {
      copy(x, y)(n, at(x), at(y));
    },
    adam(n, rate, beta1, beta2, epsilon, g, m, v, theta) {
      adam(g)(n, rate, beta1, beta2, 1 - beta1, 1 - beta2, epsilon, at(g), at(m), at(v), at(theta));
    },
  };
}

/** The operations on symmetric systems, float64 alone. */
export function bindSymmetric(
  exports: Exports,
): Pick<Kernels, "cholesky" | "solveTriangular" | "symmetricEigen"> {
  return {
    cholesky: (n, a, lda) => exports.cholesky!(n, at(a), lda),
    solveTriangular(transpose, n, m, l, ldl, b, ldb) {
      exports.solveTriangular!(transpose, n, m, at(l), ldl, at(b), ldb);
    },
    symmetricEigen: (n, a, lda, values) => exports.symmetricEigen!(n, at(a), lda, at(values)) !== 0,
  };
}

/** The exports of an operation for float32 and float64, looked up once: a look-up by name costs as much as a call. */
function byPrecision(exports: Exports, name: string): (array: FloatArray) => Operation {
  const single = exports[`${name}32`]!;
  const double = exports[`${name}64`]!;
  return (array) => (array instanceof Float32Array ? single : double);
}

/** The same where two arrays may differ in precision. */
function byPrecisions(exports: Exports, name: string): (x: FloatArray, y: FloatArray) => Operation {
  const fromSingle = byPrecision(exports, `${name}32`);
  const fromDouble = byPrecision(exports, `${name}64`);
  return (x, y) => (x instanceof Float32Array ? fromSingle(y) : fromDouble(y));
}

/** The address of an array; 0 of none. */
function at(array: FloatArray | Int32Array | null): number {
  return array?.byteOffset ?? 0;
}

import type { FloatArray } from "./kernels.ts";

/**
 * How a window moves over an image. Made once per layer.
 *
 * The pixel (ky, kx) of the window at position p = oy outWidth + ox is the image's pixel
 * (oy strideHeight - paddingTop + ky dilationHeight, ox strideWidth - paddingLeft + kx dilationWidth), which may
 * lie outside of the image. All sizes, strides and dilations are at least 1.
 */
export interface Window {
  readonly height: number;
  readonly width: number;
  /** Of the image, all of them. */
  readonly channels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly paddingTop: number;
  readonly paddingLeft: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

/**
 * The operations that layers with shared weights are made of.
 *
 * An image is height × width × channels, channels innermost; a batch of images is a matrix with one image a row.
 * The windows of an image stand at P = outHeight outWidth positions. The pools want of each window at least one
 * pixel inside the image. All else is as in `Kernels`.
 */
export interface ImageKernels {
  /**
   * out[i P + p, (ky kernelWidth + kx) channels + c] <- image[i, y, x, firstChannel + c] for i < count,
   * c < channels, with the pixel (y, x) of `Window`; 0 where it lies outside. Known as im2col.
   */
  unfold(
    count: number,
    window: Window,
    firstChannel: number,
    channels: number,
    image: FloatArray,
    ldImage: number,
    out: FloatArray,
    ldOut: number,
  ): void;

  /**
   * image[i, y, x, firstChannel + c] <- itself + patches[i P + p, (ky kernelWidth + kx) channels + c], summed over all
   * (p, ky, kx) whose pixel is (y, x): the adjoint of `unfold`. Known as col2im.
   */
  fold(
    count: number,
    window: Window,
    firstChannel: number,
    channels: number,
    patches: FloatArray,
    ldPatches: number,
    image: FloatArray,
    ldImage: number,
  ): void;

  /**
   * out[i, p C + c] <- max image[i, y, x, c] over the pixels (y, x) of window p inside the image, C = window.channels,
   * and places[(i P + p) C + c] <- (y width + x) C + c of the maximum, the first of equal ones. NaN counts as larger
   * than any number: the first NaN of a window is its maximum.
   */
  maxPool(
    count: number,
    window: Window,
    image: FloatArray,
    ldImage: number,
    out: FloatArray,
    ldOut: number,
    places: Int32Array,
  ): void;

  /**
   * out[i r + k, places[(i P + p) C + c]] <- itself + d[i r + k, p C + c] for i < count, k < r = repeat: the
   * adjoint of `maxPool` for r outputs.
   */
  maxUnpool(
    count: number,
    repeat: number,
    window: Window,
    places: Int32Array,
    d: FloatArray,
    ldd: number,
    out: FloatArray,
    ldOut: number,
  ): void;

  /** out[i, p C + c] <- mean of image[i, y, x, c] over the pixels (y, x) of window p inside the image, C = window.channels. */
  averagePool(
    count: number,
    window: Window,
    image: FloatArray,
    ldImage: number,
    out: FloatArray,
    ldOut: number,
  ): void;

  /**
   * out[i, y, x, c] <- itself + Σ_p d[i, p C + c] / (pixels of window p inside the image) over the windows p that hold
   * (y, x), for i < rows: the adjoint of `averagePool`.
   */
  averageUnpool(
    rows: number,
    window: Window,
    d: FloatArray,
    ldd: number,
    out: FloatArray,
    ldOut: number,
  ): void;

  /**
   * out[i, s C + c] <- (x[i, s C + c] - μ) ρ with ρ = 1 / sqrt(σ² + ε) for i < count, s < positions, c < C = channels,
   * and inverseDeviation[i groups + g] <- ρ; μ and σ² are the mean and variance over all positions and the
   * C / groups neighbouring channels of group g (Wu and He 2018, equations 1 to 4), accumulated in float64.
   * `out` may be `x` itself.
   */
  normalizeGroups(
    count: number,
    positions: number,
    channels: number,
    groups: number,
    epsilon: number,
    x: FloatArray,
    ldx: number,
    out: FloatArray,
    ldOut: number,
    inverseDeviation: FloatArray,
  ): void;

  /**
   * d[j] <- ρ (d[j] - mean(d) - x̂[j] mean(d ∘ x̂)) in each row i r + k of d, k < r = repeat, and each group, with
   * x̂ and ρ from row i of `normalized` and `inverseDeviation`: carries derivatives back through `normalizeGroups`.
   * The means are accumulated in float64.
   */
  denormalizeGroups(
    count: number,
    repeat: number,
    positions: number,
    channels: number,
    groups: number,
    normalized: FloatArray,
    ldn: number,
    inverseDeviation: FloatArray,
    d: FloatArray,
    ldd: number,
  ): void;

  /** out[i, c] <- γ[c] x[i, c] + β[c] for i < rows, c < channels; without γ it is 1, without β 0. `out` may be `x` itself. */
  scaleChannels(
    rows: number,
    channels: number,
    gamma: FloatArray | null,
    beta: FloatArray | null,
    x: FloatArray,
    ldx: number,
    out: FloatArray,
    ldOut: number,
  ): void;

  /** out[i r + k, c] <- Σ_s a[i, s C + c] d[i r + k, s C + c] over s < positions, for i < m, k < r = repeat, c < C = channels; without `a` it is 1. */
  channelDots(
    m: number,
    repeat: number,
    positions: number,
    channels: number,
    a: FloatArray | null,
    lda: number,
    d: FloatArray,
    ldd: number,
    out: FloatArray,
    ldOut: number,
  ): void;
}

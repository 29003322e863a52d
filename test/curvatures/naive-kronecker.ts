/** A convolution with tanh of square windows, then a linear layer on all its numbers. */
export interface NaiveConvolution {
  readonly height: number;
  readonly width: number;
  readonly groups: number;
  /** Channels of a group. */
  readonly perGroup: number;
  readonly filtersPerGroup: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly bias: boolean;
  readonly scale: number;
  readonly outputs: number;
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

/**
 * The factors of K-FAC for the convolution, as Grosse and Martens 2016 define them, one number at a time:
 *
 *     C = A ⊗ S within each group of filters,  A = s²/(b P) Σ_ip ã_ip ã_ipᵀ,  S = Σ_ikp d_ikp d_ikpᵀ
 *
 *     d_ikp,j = Θ_(p,j),k (1 - tanh² z_ip,j),  z = s θᵀ ã
 *
 * @param theta Parameters of the convolution, then those of the linear layer.
 */
export function naiveKroneckerConvolution(
  shape: NaiveConvolution,
  theta: ArrayLike<number>,
  xs: readonly (readonly number[])[],
): number[][] {
  const { height, width, groups, perGroup, filtersPerGroup, kernel, stride, padding, bias, scale, outputs } =
    shape;
  const channels = groups * perGroup;
  const filters = groups * filtersPerGroup;
  const along = (length: number) => Math.floor((length + 2 * padding - kernel) / stride) + 1;
  const places = numbers(along(height)).flatMap((y) => numbers(along(width)).map((x) => [y, x] as const));
  const inputs = kernel * kernel * perGroup;
  const rows = inputs + (bias ? 1 : 0);

  /** ã of a position and a group. */
  const windowOf = (picture: readonly number[], [y, x]: readonly [number, number], group: number) => {
    const seen: number[] = [];
    for (let ky = 0; ky < kernel; ky++)
      for (let kx = 0; kx < kernel; kx++)
        for (let c = 0; c < perGroup; c++) {
          const [py, px] = [y * stride + ky - padding, x * stride + kx - padding];
          const isInside = py >= 0 && py < height && px >= 0 && px < width;
          seen.push(isInside ? picture[(py * width + px) * channels + group * perGroup + c]! : 0);
        }
    return bias ? [...seen, 1] : seen;
  };
  const C = numbers(rows * filters).map(() => numbers(rows * filters).map(() => 0));

  for (let group = 0; group < groups; group++) {
    const windows = xs.map((picture) => places.map((place) => windowOf(picture, place, group)));
    const derivative = (i: number, k: number, p: number, j: number): number => {
      const filter = group * filtersPerGroup + j;
      const z = windows[i]![p]!.reduce(
        (sum, value, e) => sum + scale * value * theta[e * filters + filter]!,
        0,
      );
      return theta[rows * filters + (p * filters + filter) * outputs + k]! * (1 - Math.tanh(z) ** 2);
    };
    const a = (e: number, f: number): number => {
      let sum = 0;
      for (const picture of windows) for (const window of picture) sum += window[e]! * window[f]!;
      return (scale ** 2 * sum) / (xs.length * places.length);
    };
    const s = (j: number, m: number): number => {
      let sum = 0;
      for (let i = 0; i < xs.length; i++)
        for (let k = 0; k < outputs; k++)
          for (let p = 0; p < places.length; p++) sum += derivative(i, k, p, j) * derivative(i, k, p, m);
      return sum;
    };
    const A = numbers(rows).map((e) => numbers(rows).map((f) => a(e, f)));
    const S = numbers(filtersPerGroup).map((j) => numbers(filtersPerGroup).map((m) => s(j, m)));
    const place = (e: number, j: number) => e * filters + group * filtersPerGroup + j;
    for (let e = 0; e < rows; e++)
      for (let f = 0; f < rows; f++)
        for (let j = 0; j < filtersPerGroup; j++)
          for (let m = 0; m < filtersPerGroup; m++) C[place(e, j)]![place(f, m)] = A[e]![f]! * S[j]![m]!;
  }
  return C;
}

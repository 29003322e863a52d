import fc from "fast-check";
import { describe, test } from "vitest";
import type { Kernels } from "../../src/kernels/kernels.ts";
import {
  epsilon,
  expectMatrix,
  expectUnchanged,
  type GuardedMatrix,
  matrices,
  type Setting,
  settings,
} from "./guarded-matrix.ts";

interface ChannelsCase {
  readonly m: number;
  readonly repeat: number;
  readonly positions: number;
  readonly groups: number;
  /** Channels of a group. */
  readonly size: number;
  readonly setting: Setting;
}

const cases = fc.record<ChannelsCase>({
  m: fc.integer({ min: 0, max: 4 }),
  repeat: fc.integer({ min: 1, max: 3 }),
  positions: fc.integer({ min: 1, max: 7 }),
  groups: fc.oneof(fc.constantFrom(4, 8, 16), fc.integer({ min: 1, max: 5 })),
  size: fc.oneof(fc.constantFrom(1, 2, 4, 8), fc.integer({ min: 1, max: 21 })),
  setting: settings,
});

const examples: [ChannelsCase][] = (["float32", "float64"] as const).flatMap((dtype) => [
  [
    {
      m: 2,
      repeat: 2,
      positions: 100,
      groups: 4,
      size: 4,
      setting: { dtype, padding: 1, offset: 1, seed: 1 },
    },
  ],
  [
    {
      m: 2,
      repeat: 1,
      positions: 64,
      groups: 1,
      size: 35,
      setting: { dtype, padding: 0, offset: 0, seed: 2 },
    },
  ],
  [{ m: 2, repeat: 1, positions: 1, groups: 1, size: 1, setting: { dtype, padding: 0, offset: 0, seed: 3 } }],
]);

function checkAll(
  makeKernels: () => Kernels,
  seed: number,
  check: (k: Kernels, given: ChannelsCase) => void,
): void {
  const kernels = makeKernels();
  fc.assert(
    fc.property(cases, (given) => check(kernels, given)),
    { seed, numRuns: 120, examples },
  );
}

/** The numbers of row i in the group of column j, in their order. */
function groupOf({ positions, groups, size }: ChannelsCase, matrix: GuardedMatrix, i: number, j: number) {
  const first = Math.floor((j % (groups * size)) / size) * size;
  return Array.from({ length: positions * size }, (_, k) =>
    matrix.at(i, Math.floor(k / size) * groups * size + first + (k % size)),
  );
}

/** What `compute` says of a row and the group of column j, computed once for each group. */
function perGroup<V>({ groups, size }: ChannelsCase, compute: (i: number, j: number) => V) {
  const known = new Map<number, V>();
  return (i: number, j: number): V => {
    const group = Math.floor((j % (groups * size)) / size);
    const key = i * groups + group;
    const value = known.get(key) ?? compute(i, group * size);
    known.set(key, value);
    return value;
  };
}

const meanOf = (x: readonly number[]) => x.reduce((sum, value) => sum + value, 0) / x.length;

/** Mean and variance in float64, as the contract wants them; the mean by a second pass over what the first left. */
function momentsOf(x: readonly number[]): [mean: number, variance: number] {
  const rough = meanOf(x);
  const mean = rough + meanOf(x.map((value) => value - rough));
  return [mean, meanOf(x.map((value) => (value - mean) ** 2))];
}

/** The numbers lie around 100, a hundred of their deviations off zero: a mean in float32 would show. */
function checkNormalize(kernels: Kernels, given: ChannelsCase, inPlace: boolean): void {
  const { m, positions, groups, size, setting } = given;
  const eps = epsilon[setting.dtype];
  const n = positions * groups * size;
  const { input, output, gaussian } = matrices(kernels, setting);
  const value = () => 100 + gaussian();
  const x = inPlace ? output(m, n, { value }) : input(m, n, { value });
  const out = inPlace ? x : output(m, n);
  const inverse = output(1, m * groups);
  const small = 1e-3;
  const { data, ld } = x;
  kernels.normalizeGroups(
    m,
    positions,
    groups * size,
    groups,
    small,
    data,
    ld,
    out.data,
    out.ld,
    inverse.data,
  );
  const moments = perGroup(given, (i, j) => momentsOf(groupOf(given, x, i, j)));
  const length = positions * size;
  // A sum of N numbers around 100 in float64 is off by N² 100 ε/2, and the mean by N 100 ε/2.
  const meanError = length * 101 * epsilon.float64;
  expectMatrix(out, (i, j) => {
    const [mean, variance] = moments(i, j);
    const factor = 1 / Math.sqrt(variance + small);
    const expected = (x.at(i, j) - mean) * factor;
    // Two differences, the factor and a product are rounded; the factor has N roundings of float64 in it.
    const relative = 3 * eps + length * epsilon.float64;
    return [expected, relative * Math.abs(expected) + meanError * factor];
  });
  expectMatrix(inverse, (_, place) => {
    const [, variance] = moments(Math.floor(place / groups), (place % groups) * size);
    const factor = 1 / Math.sqrt(variance + small);
    // An error e of the mean adds e² to the variance; its square root halves what is relative.
    const relative = eps + length * epsilon.float64 + meanError ** 2 / small;
    return [factor, relative * factor];
  });
  if (!inPlace) expectUnchanged(x);
}

function checkDenormalize(kernels: Kernels, given: ChannelsCase): void {
  const { m, repeat, positions, groups, size, setting } = given;
  const eps = epsilon[setting.dtype];
  const n = positions * groups * size;
  const { input, output } = matrices(kernels, setting);
  const normalized = input(m, n);
  const inverse = input(1, m * groups);
  const d = output(m * repeat, n);
  kernels.denormalizeGroups(
    ...([m, repeat, positions, groups * size, groups] as const),
    ...([normalized.data, normalized.ld, inverse.data, d.data, d.ld] as const),
  );
  const means = perGroup(given, (row, j) => {
    const x = groupOf(given, normalized, Math.floor(row / repeat), j);
    const y = groupOf(given, d, row, j);
    const products = y.map((value, k) => value * x[k]!);
    const sizes = [meanOf(y.map(Math.abs)), meanOf(products.map(Math.abs))] as const;
    return [meanOf(y), meanOf(products), ...sizes] as const;
  });
  expectMatrix(d, (row, j) => {
    const i = Math.floor(row / repeat);
    const [shift, slope, size0, size1] = means(row, j);
    const factor = inverse.at(0, i * groups + Math.floor((j % (groups * size)) / size));
    const x = normalized.at(i, j);
    // Two means, two products and two differences are rounded to T; the means have N roundings of float64 in them.
    const rounded = Math.abs(d.at(row, j)) + Math.abs(shift) + Math.abs(x * slope);
    const summed = positions * size * epsilon.float64 * (size0 + Math.abs(x) * size1);
    return [factor * (d.at(row, j) - shift - x * slope), Math.abs(factor) * (3 * eps * rounded + summed)];
  });
  expectUnchanged(normalized, inverse);
}

function checkScaleChannels(kernels: Kernels, given: ChannelsCase, inPlace: boolean): void {
  const { m, repeat, groups, size, setting } = given;
  const channels = groups * size;
  for (const [withGamma, withBeta] of [
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ]) {
    const { input, output } = matrices(kernels, setting);
    const gamma = input(1, channels);
    const beta = input(1, channels);
    const x = inPlace ? output(m * repeat, channels) : input(m * repeat, channels);
    const out = inPlace ? x : output(m * repeat, channels);
    const [first, second] = [withGamma ? gamma.data : null, withBeta ? beta.data : null];
    kernels.scaleChannels(m * repeat, channels, first, second, x.data, x.ld, out.data, out.ld);
    expectMatrix(out, (i, c) => {
      const product = (withGamma ? gamma.at(0, c) : 1) * x.at(i, c);
      const shift = withBeta ? beta.at(0, c) : 0;
      // A product and a sum are rounded.
      return [product + shift, epsilon[setting.dtype] * (Math.abs(product) + Math.abs(shift))];
    });
    expectUnchanged(gamma, beta, ...(inPlace ? [] : [x]));
  }
}

function checkChannelDots(kernels: Kernels, given: ChannelsCase, withA: boolean): void {
  const { m, repeat, positions, groups, size, setting } = given;
  const channels = groups * size;
  const { input, output } = matrices(kernels, setting);
  const a = input(m, positions * channels);
  const d = input(m * repeat, positions * channels);
  const out = output(m * repeat, channels, { value: () => Number.NaN });
  kernels.channelDots(
    ...([m, repeat, positions, channels, withA ? a.data : null, a.ld] as const),
    ...([d.data, d.ld, out.data, out.ld] as const),
  );
  expectMatrix(out, (row, c) => {
    const products = Array.from({ length: positions }, (_, s) => {
      const factor = withA ? a.at(Math.floor(row / repeat), s * channels + c) : 1;
      return factor * d.at(row, s * channels + c);
    });
    const absolute = products.reduce((sum, product) => sum + Math.abs(product), 0);
    const sum = products.reduce((total, product) => total + product, 0);
    // Products and sums are rounded.
    return [sum, (positions + 1) * epsilon[setting.dtype] * absolute];
  });
  expectUnchanged(a, d);
}

export function channelsContract(makeKernels: () => Kernels): void {
  describe("channels", () => {
    test("normalizeGroups takes mean and deviation out of each group of channels", () => {
      checkAll(makeKernels, 71, (kernels, given) => checkNormalize(kernels, given, false));
    });

    test("normalizeGroups may overwrite its input", () => {
      checkAll(makeKernels, 72, (kernels, given) => checkNormalize(kernels, given, true));
    });

    test("denormalizeGroups takes the mean and the part along x̂ out of each derivative", () => {
      checkAll(makeKernels, 73, checkDenormalize);
    });

    test("scaleChannels multiplies and shifts each channel, in place or not", () => {
      checkAll(makeKernels, 74, (kernels, given) => {
        for (const inPlace of [false, true]) checkScaleChannels(kernels, given, inPlace);
      });
    });

    test("channelDots sums each channel over the positions, with or without a", () => {
      checkAll(makeKernels, 75, (kernels, given) => {
        for (const withA of [false, true]) checkChannelDots(kernels, given, withA);
      });
    });
  });
}

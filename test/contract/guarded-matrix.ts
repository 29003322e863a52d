import fc from "fast-check";
import type { DType, FloatArray, Kernels } from "../../src/kernels/kernels.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";

/** How the matrices of one call lie in memory, and their random numbers. */
export interface Setting {
  readonly dtype: DType;
  /** By how much leading dimensions are larger than rows. */
  readonly padding: number;
  /** Where in its array the matrix begins, so that it is not aligned. */
  readonly offset: number;
  readonly seed: number;
}

export const settings: fc.Arbitrary<Setting> = fc.record({
  dtype: fc.constantFrom<DType>("float32", "float64"),
  padding: fc.integer({ min: 0, max: 3 }),
  offset: fc.integer({ min: 0, max: 3 }),
  seed: fc.nat(1000),
});

/** ε, the distance from 1 to the next number. A correctly rounded result is off by at most ε/2. */
export const epsilon: Readonly<Record<DType, number>> = { float32: 2 ** -23, float64: 2 ** -52 };

/** The least positive normal number: below it, errors are absolute. */
export const tiny: Readonly<Record<DType, number>> = { float32: 2 ** -126, float64: 2 ** -1022 };

export const dtypeOf = (data: FloatArray): DType => (data instanceof Float32Array ? "float32" : "float64");

/** A matrix that lies in a longer array, whose other elements are guards: they tell if they were read or written. */
export interface GuardedMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Only elements (i, j) with j <= i belong to the matrix. */
  readonly lower: boolean;
  /** To be passed to the kernels: begins at element (0, 0), ends behind the matrix. */
  readonly data: FloatArray;
  readonly ld: number;
  readonly whole: FloatArray;
  readonly offset: number;
  /** The content of `whole` before the call. */
  readonly before: FloatArray;
  /** Element (i, j) before the call. */
  at(i: number, j: number): number;
}

export interface Shape {
  readonly lower?: boolean;
  readonly dtype?: DType;
  /** Instead of random numbers. */
  readonly value?: (i: number, j: number) => number;
}

/** Guards of matrices that are read alone: whoever reads them gets NaN for a result. */
const poison = Number.NaN;
/** Guards of matrices that are written: other than NaN, it does not survive arithmetic. */
const sentinel = 716_151.5;

/** Allocates matrices that are read, or written, with standard normal numbers. */
export function matrices(kernels: Kernels, setting: Setting) {
  const gaussian = gaussianRandom(seededRandom(setting.seed));
  const make =
    (guard: number) =>
    (rows: number, columns: number, shape: Shape = {}) =>
      guarded(kernels, setting, guard, rows, columns, { value: gaussian, ...shape });
  return { input: make(poison), output: make(sentinel), gaussian };
}

function guarded(
  kernels: Kernels,
  { dtype, padding, offset }: Setting,
  guard: number,
  rows: number,
  columns: number,
  shape: Shape & { value: (i: number, j: number) => number },
): GuardedMatrix {
  const ld = columns + padding;
  const lower = shape.lower ?? false;
  const whole = kernels.allocate(shape.dtype ?? dtype, offset + rows * ld + 9).fill(guard);
  const data = whole.subarray(offset);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < (lower ? i + 1 : columns); j++) data[i * ld + j] = shape.value(i, j);
  const before = whole.slice();
  const at = (i: number, j: number) => before[offset + i * ld + j]!;
  return { rows, columns, lower, data, ld, whole, offset, before, at };
}

/** What an element should be, and by how much it may differ. */
export type Expected = readonly [value: number, tolerance: number];

/** Compares each element with the oracle, and checks that no guard was written. */
export function expectMatrix(matrix: GuardedMatrix, oracle: (i: number, j: number) => Expected): void {
  const { rows, columns, lower, data, ld, whole, offset } = matrix;
  const untouched = matrix.before.slice();
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < (lower ? i + 1 : columns); j++) {
      const found = data[i * ld + j]!;
      const [expected, tolerance] = oracle(i, j);
      if (!isClose(found, expected, tolerance))
        throw new Error(`[${i}, ${j}] is ${found}, not ${expected} within ${tolerance}`);
      untouched[offset + i * ld + j] = found;
    }
  expectSame(whole, untouched);
}

/** Checks that nothing was written. */
export function expectUnchanged(...all: readonly GuardedMatrix[]): void {
  for (const { whole, before } of all) expectSame(whole, before);
}

/** |found - expected| <= tolerance; infinities and NaN must be equal. */
export function isClose(found: number, expected: number, tolerance: number): boolean {
  return Object.is(found, expected) || Math.abs(found - expected) <= tolerance || found === expected;
}

function expectSame(found: FloatArray, expected: FloatArray): void {
  // Not by an iterator, which takes ten times as long.
  for (let i = 0; i < found.length; i++)
    if (!Object.is(found[i], expected[i]))
      throw new Error(`memory outside of the result was written: ${expected[i]} became ${found[i]} at ${i}`);
}

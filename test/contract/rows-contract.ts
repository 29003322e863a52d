import fc from "fast-check";
import { describe, test } from "vitest";
import type { DType, FloatArray, Kernels } from "../../src/kernels/kernels.ts";
import { seededRandom } from "../../src/random/random.ts";
import {
  type Expected,
  epsilon,
  expectMatrix,
  expectUnchanged,
  matrices,
  type Setting,
  settings,
} from "./guarded-matrix.ts";

interface RowsCase {
  readonly m: number;
  readonly repeat: number;
  readonly n: number;
  readonly setting: Setting;
}

const cases = fc.record<RowsCase>({
  m: fc.integer({ min: 0, max: 9 }),
  repeat: fc.integer({ min: 1, max: 4 }),
  n: fc.integer({ min: 0, max: 19 }),
  setting: settings,
});

const examples: [RowsCase][] = (["float32", "float64"] as const).flatMap((dtype) => [
  [{ m: 3, repeat: 2, n: 1030, setting: { dtype, padding: 1, offset: 1, seed: 1 } }],
  [{ m: 130, repeat: 3, n: 7, setting: { dtype, padding: 0, offset: 0, seed: 2 } }],
  [{ m: 1, repeat: 1, n: 1, setting: { dtype, padding: 0, offset: 0, seed: 3 } }],
]);

/** Random cases and the sizes of `examples`, all with the same kernels. */
function checkAll(
  makeKernels: () => Kernels,
  seed: number,
  check: (k: Kernels, given: RowsCase) => void,
): void {
  const kernels = makeKernels();
  fc.assert(
    fc.property(cases, (given) => check(kernels, given)),
    { seed, numRuns: 150, examples },
  );
}

const s = 0.7;
const t = -1.3;

/** Σ x y + rest over `count` products, each rounded by at most ε/2, as the products of matrices are. */
function sumOfProducts(count: number, eps: number, rest: number, product: (l: number) => number): Expected {
  let sum = rest;
  let absolute = 0;
  for (let l = 0; l < count; l++) {
    sum += product(l);
    absolute += Math.abs(product(l));
  }
  return [sum, (count + 2) * eps * absolute + eps * Math.abs(rest)];
}

function checkScaleRows(kernels: Kernels, { m, repeat, n, setting }: RowsCase): void {
  const { input, output } = matrices(kernels, setting);
  const factors = input(m, n);
  const d = output(m * repeat, n);
  kernels.scaleRows(m, repeat, n, factors.data, factors.ld, d.data, d.ld);
  expectMatrix(d, (row, j) => {
    const value = d.at(row, j) * factors.at(Math.floor(row / repeat), j);
    return [value, epsilon[setting.dtype] * Math.abs(value)];
  });
  expectUnchanged(factors);
}

function checkContractRows(kernels: Kernels, { m, repeat, n, setting }: RowsCase): void {
  const { input, output } = matrices(kernels, setting);
  const u = input(1, m * repeat);
  const d = input(m * repeat, n);
  const out = output(m, n, { value: () => Number.NaN });
  kernels.contractRows(m, repeat, n, u.data, d.data, d.ld, out.data, out.ld);
  expectMatrix(out, (i, j) =>
    sumOfProducts(
      repeat,
      epsilon[setting.dtype],
      0,
      (k) => u.at(0, i * repeat + k) * d.at(i * repeat + k, j),
    ),
  );
  expectUnchanged(u, d);
}

function checkRowDots(kernels: Kernels, { m, repeat, n, setting }: RowsCase): void {
  const { input, output } = matrices(kernels, setting);
  const d = input(m * repeat, n);
  const tangents = input(m, n);
  const out = output(1, m * repeat);
  kernels.rowDots(m, repeat, n, s, d.data, d.ld, tangents.data, tangents.ld, out.data);
  expectMatrix(out, (_, row) =>
    sumOfProducts(
      n,
      epsilon[setting.dtype],
      out.at(0, row),
      (j) => s * d.at(row, j) * tangents.at(Math.floor(row / repeat), j),
    ),
  );
  expectUnchanged(d, tangents);
}

function checkFaceSplit(kernels: Kernels, { m, repeat, n, setting }: RowsCase, an: number): void {
  const { input, output } = matrices(kernels, setting);
  const a = input(m, an);
  const d = input(m * repeat, n);
  const out = output(m * repeat, an * n, { value: () => Number.NaN });
  kernels.faceSplit(m, repeat, an, n, s, a.data, a.ld, d.data, d.ld, out.data, out.ld);
  expectMatrix(out, (row, column) => {
    const value = s * a.at(Math.floor(row / repeat), Math.floor(column / n)) * d.at(row, column % n);
    // s and two products are rounded.
    return [value, 2 * epsilon[setting.dtype] * Math.abs(value)];
  });
  expectUnchanged(a, d);
}

function checkAccumulateGram(
  kernels: Kernels,
  { m, repeat, setting }: RowsCase,
  first: number,
  dtype: DType,
): void {
  const { input, output } = matrices(kernels, setting);
  const all = first + m;
  const p = input(all, all, { lower: true });
  const q = input(all * repeat, all * repeat, { lower: true });
  const g = output(all * repeat, all * repeat, { lower: true, dtype });
  const panel = ({ data, ld }: { data: FloatArray; ld: number }, row: number) => data.subarray(row * ld);
  const [pRows, qRows, gRows] = [panel(p, first), panel(q, first * repeat), panel(g, first * repeat)];
  kernels.accumulateGram(first, m, repeat, s, t, pRows, p.ld, qRows, q.ld, gRows, g.ld);
  expectMatrix(g, (row, column) => {
    if (row < first * repeat) return [g.at(row, column), 0];
    const pij = p.at(Math.floor(row / repeat), Math.floor(column / repeat));
    const size =
      (Math.abs(s * pij) + Math.abs(t)) * Math.abs(q.at(row, column)) + Math.abs(g.at(row, column));
    // s and t, two products and two sums are rounded, each by ε/2 of no more than `size`.
    return [g.at(row, column) + (s * pij + t) * q.at(row, column), 3 * epsilon[dtype] * size];
  });
  expectUnchanged(p, q);
}

function checkGatherRows(kernels: Kernels, { m, n, setting }: RowsCase, dtype: DType): void {
  const { input, output } = matrices(kernels, setting);
  const source = input(m + 2, n);
  const out = output(m, n, { dtype, value: () => Number.NaN });
  const rows = kernels.allocateIndices(m + 3).fill(-1);
  const random = seededRandom(setting.seed);
  for (let i = 0; i < m; i++) rows[i] = Math.floor(random() * (m + 2));
  kernels.gatherRows(m, n, source.data, source.ld, rows, out.data, out.ld);
  const round = dtype === "float32" ? Math.fround : Number;
  expectMatrix(out, (i, j) => [round(source.at(rows[i]!, j)), 0]);
  expectUnchanged(source);
}

export function rowsContract(makeKernels: () => Kernels): void {
  describe("rows", () => {
    test("scaleRows multiplies each of r rows by the same factors", () => {
      checkAll(makeKernels, 31, checkScaleRows);
    });

    test("contractRows sums r rows with weights", () => {
      checkAll(makeKernels, 32, checkContractRows);
    });

    test("rowDots adds α d · t", () => {
      checkAll(makeKernels, 33, checkRowDots);
    });

    test("faceSplit is the outer product of each row of a and d", () => {
      checkAll(makeKernels, 34, (kernels, given) => {
        for (const an of [0, 1, 3]) checkFaceSplit(kernels, given, an);
      });
    });

    test("accumulateGram adds (s P + t) Q to lower G, in the precision of G", () => {
      checkAll(makeKernels, 35, (kernels, given) => {
        for (const first of [0, 1, 3])
          for (const dtype of [given.setting.dtype, "float64"] as const)
            checkAccumulateGram(kernels, given, first, dtype);
      });
    });

    test("gatherRows copies rows by number between any two precisions", () => {
      checkAll(makeKernels, 36, (kernels, given) => {
        for (const dtype of ["float32", "float64"] as const) checkGatherRows(kernels, given, dtype);
      });
    });
  });
}

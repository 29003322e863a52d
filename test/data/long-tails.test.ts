import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitArrayEncoder } from "../../src/data/arrays.ts";
import { moments } from "../../src/data/describe-columns.ts";
import { standardizeNumber } from "../../src/data/encoder.ts";
import { fitEncoder, measureNumbers } from "../../src/data/fit-encoder.ts";
import { drawIn, findLongTails } from "../../src/data/long-tails.ts";
import { encodeDefaults } from "../../src/data/plan-columns.ts";
import { parseTable } from "../../src/data/read-table.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";

const gaussian = gaussianRandom(seededRandom(1));
const normal = Array.from({ length: 2000 }, gaussian);
/** As incomes are: the farthest of 2,000 is some 30 deviations from the mean. */
const long = normal.map((z) => Math.exp(2 * z));
const tailsOf = (values: readonly number[], ...targets: (readonly number[])[]) =>
  findLongTails(
    Float64Array.from(values),
    moments(values),
    targets.map((target) => Float64Array.from(target)),
  );

describe("findLongTails", () => {
  test("finds none among normal, uniform and exponential numbers", () => {
    const random = seededRandom(2);
    const uniform = normal.map(random);
    for (const values of [normal, uniform, uniform.map((u) => -Math.log(1 - u))])
      expect(tailsOf(values, normal)).toBeNull();
  });

  test("finds the centre and the scale of the middle half, which the far values do not move", () => {
    const { center, scale } = tailsOf([...normal, 1e9], normal.concat(0))!;
    // Median and quartiles of 2,000 normal numbers: standard errors 1.25 and 1.17 / √2000; five of them.
    expect(Math.abs(center)).toBeLessThan(0.14);
    expect(Math.abs(scale - 1)).toBeLessThan(0.14);
  });

  test("has a scale where most values are the same", () => {
    const values = Array.from({ length: 400 }, (_, i) => (i < 390 ? 0 : i === 399 ? 1e6 : i));
    const { center, scale } = tailsOf(values, values.map(Math.sqrt))!;
    expect(center).toBe(0);
    expect(scale).toBeCloseTo(values.reduce((a, b) => a + b) / 400, 6);
  });

  test("takes what differs by rounding for the same", () => {
    // 0.1 + 0.2 is 0.30000000000000004.
    const noise = Array.from({ length: 400 }, (_, i) => (i % 3 === 0 ? 0.1 + 0.2 : 0.3));
    const { deviation, tail } = measureNumbers(Float64Array.from(noise), [
      Float64Array.from(normal.slice(0, 400)),
    ]);
    expect({ deviation, tail }).toEqual({ deviation: 0, tail: null });
    const far = noise.with(7, 5);
    // The mean distance from the median, of one value in 400.
    expect(tailsOf(far, normal.slice(0, 400))!.scale).toBeCloseTo((5 - 0.3) / 400, 12);
  });

  test("leaves a column on which the targets depend linearly as it is", () => {
    const line = long.map((x, i) => 3 * x + normal[i]!);
    expect(tailsOf(long, line)).toBeNull();
    expect(tailsOf(long, normal)).not.toBeNull();
    // Of two targets, the mean decides.
    expect(tailsOf(long, line, normal.toReversed())).toBeNull();
  });
});

test("numbers keep their order when drawn in, whatever their sign, and far ones come near (seed 1)", () => {
  const number = fc.double({ min: -1e12, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(
      number,
      number,
      number,
      fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
      (a, b, center, scale) => {
        const [low, high] = [a, b].map((x) => drawIn({ center, scale }, x));
        if (a <= b) expect(low).toBeLessThanOrEqual(high!);
        // asinh(2e15) = 36.
        expect(Math.abs(low!)).toBeLessThan(37);
        expect(drawIn({ center, scale }, center - (a - center))).toBeCloseTo(-low!, 6);
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});

test("tables and arrays are encoded alike, to mean 0 and deviation 1, and the table says so", () => {
  const rows = Int32Array.from({ length: long.length }, (_, i) => i);
  const table = parseTable(`x,y\n${long.map((x, i) => `${x},${normal[i]}`).join("\n")}`, "d.csv");
  const plan = {
    targets: ["y"],
    inputs: [{ column: "x", kind: "number" as const }],
    notes: [],
    options: encodeDefaults,
  };
  const [input] = fitEncoder(table, plan, rows).inputs;
  const matrix = (values: readonly number[]) => ({
    data: Float64Array.from(values),
    rows: values.length,
    columns: 1,
  });
  const [same] = fitArrayEncoder(matrix(long), matrix(normal), rows).inputs;
  if (input?.kind !== "number" || same?.kind !== "number") throw new Error("not numbers");
  expect({ ...same, column: "x" }).toEqual(input);
  const { mean, deviation } = moments(long.map((x) => standardizeNumber(input, x)));
  // Sums of 2,000 numbers of the order of 1.
  expect(Math.abs(mean)).toBeLessThan(2000 * Number.EPSILON * 10);
  expect(Math.abs(deviation - 1)).toBeLessThan(2000 * Number.EPSILON * 10);
});

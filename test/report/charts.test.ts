import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { commonBins, shares, symmetricBins } from "../../src/report/charts/histogram-chart.ts";
import { lineChart } from "../../src/report/charts/line-chart.ts";
import { linearScale, logScale } from "../../src/report/charts/scale.ts";
import { linearTicks, logTicks } from "../../src/report/charts/ticks.ts";
import { formatNumber, formatR2 } from "../../src/report/format-number.ts";
import { thinLine, thinPoints } from "../../src/report/series.ts";
import { readMarkup } from "./read-markup.ts";

const seed = 20240608;

describe("ticks", () => {
  test("are round numbers", () => {
    expect(linearTicks(0, 10, 5).map(({ label }) => label)).toEqual(["0", "2", "4", "6", "8", "10"]);
    expect(linearTicks(-0.23, 0.27, 5).map(({ label }) => label)).toEqual([
      "−0.2",
      "−0.1",
      "0",
      "0.1",
      "0.2",
    ]);
    expect(logTicks(0.005, 200, 6).map(({ label }) => label)).toEqual(["0.01", "0.1", "1", "10", "100"]);
    expect(logTicks(1.5, 450, 6).map(({ label }) => label)).toEqual([
      "2",
      "5",
      "10",
      "20",
      "50",
      "100",
      "200",
    ]);
    expect(logTicks(1e-9, 1e-5, 6).map(({ label }) => label)).toContain("10⁻⁷");
  });

  const ends = fc.tuple(
    fc.double({ min: -1e300, max: 1e300, noNaN: true }),
    fc.double({ min: -1e300, max: 1e300, noNaN: true }),
  );

  test("of any scale are few, inside it, ascending and told apart by their labels", () => {
    fc.assert(
      fc.property(ends, ([a, b]) => {
        for (const scale of [linearScale([a, b]), logScale([Math.abs(a), Math.abs(b)])]) {
          const values = scale.ticks.map(({ value }) => value);
          expect(values.length).toBeGreaterThanOrEqual(2);
          expect(values.length).toBeLessThanOrEqual(12);
          expect(values).toEqual(values.toSorted((x, y) => x - y));
          for (const value of values) expect(value >= scale.min && value <= scale.max).toBe(true);
          expect(new Set(scale.ticks.map(({ label }) => label)).size).toBe(values.length);
        }
      }),
      { seed, numRuns: 500 },
    );
  });

  test("stay apart for numbers that differ in their last digits only", () => {
    const large = linearScale([1e12, 1e12 + 2000]).ticks.map(({ label }) => label);
    expect(new Set(large).size).toBe(large.length);
  });
});

test("scales place the numbers in order", () => {
  const numbers = fc.array(fc.double({ min: 1e-9, max: 1e12, noNaN: true }), { minLength: 2 });
  fc.assert(
    fc.property(numbers, (values) => {
      for (const scale of [linearScale(values), logScale(values)]) {
        const places = values.toSorted((a, b) => a - b).map(scale.place);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        expect(places.every((place) => place >= 0 && place <= 1)).toBe(true);
      }
    }),
    { seed, numRuns: 200 },
  );
});

describe("a histogram", () => {
  test("counts every finite number once", () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 1 }), (values) => {
        const heights = shares(values, symmetricBins(values));
        const total = heights.reduce((a, b) => a + b, 0);
        // Rounding: one addition for each value.
        const expected = values.some(Number.isFinite) ? 1 : 0;
        expect(Math.abs(total - expected)).toBeLessThanOrEqual(values.length * Number.EPSILON);
      }),
      { seed, numRuns: 300 },
    );
  });

  test("has bins that are symmetric about 0", () => {
    const { min, max, count } = symmetricBins([-3, 1, 2, 0.5]);
    expect(min).toBe(-max);
    expect(max).toBe(3);
    expect(count).toBeGreaterThanOrEqual(5);
  });

  test("has room for the few test rows beside many training rows that are fitted closely", () => {
    const spreadOver = (reach: number, count: number) =>
      Array.from({ length: count }, (_, i) => reach * ((2 * i) / (count - 1) - 1));
    const train = { part: "train", values: spreadOver(0.01, 700) } as const;
    const tested = { part: "test", values: spreadOver(1, 150) } as const;
    const bins = commonBins([train, tested]);
    expect(bins).toEqual(symmetricBins(tested.values));
    expect(shares(tested.values, bins).every((share) => share < 0.5)).toBe(true);
    expect(commonBins([tested, train])).toEqual(bins);
  });
});

test("the label of a point lies above it wherever there is room, and below it at the top", () => {
  const scale = linearScale([0, 1], { margin: 0 });
  const options = { description: "d", x: { label: "x", scale }, y: { label: "y", scale } };
  for (const [y, isAbove] of [
    [0.1, true],
    [0.7, true],
    [0.99, false],
  ] as const) {
    const { elements } = readMarkup(
      lineChart(options, [], { highlight: { x: 0.4, y, text: "best" } }).markup,
    );
    const point = elements.find(({ name }) => name === "circle")!.attributes;
    const label = elements.find(
      ({ name, attributes }) => name === "text" && attributes.get("x") === `${+point.get("cx")! + 7}`,
    )!.attributes;
    expect(+label.get("y")! < +point.get("cy")!).toBe(isAbove);
  }
});

describe("thinning", () => {
  test("keeps the points that stand out most", () => {
    const values = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1000);
    const chosen = thinPoints(1000, 100, (i) => values[i]!);
    expect(chosen).toHaveLength(100);
    expect(new Set(chosen).size).toBe(100);
    const largest = chosen.map((i) => values[i]!).toSorted((a, b) => b - a);
    expect(largest.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, i) => 999 - i));
  });

  test("keeps the ends, the least and the largest of a line", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { minLength: 50, maxLength: 300 }), (values) => {
        const chosen = thinLine(values, 40);
        expect(chosen.length).toBeLessThanOrEqual(40);
        const kept = chosen.map((i) => values[i]!);
        expect(chosen[0]).toBe(0);
        expect(chosen.at(-1)).toBe(values.length - 1);
        expect(Math.min(...kept)).toBe(Math.min(...values));
        expect(Math.max(...kept)).toBe(Math.max(...values));
      }),
      { seed, numRuns: 100 },
    );
  });
});

test("numbers are written for people", () => {
  expect([1234, 0.012345, 98765.4, 1e12, -1.5e-9, 0, null].map((value) => formatNumber(value))).toEqual([
    "1234",
    "0.01235",
    "98\u202f765",
    "1.000×10¹²",
    "−1.500×10⁻⁹",
    "0",
    "–",
  ]);
  expect([0.85461, -6e-16, -2.5, 1, -123456, null].map(formatR2)).toEqual([
    "0.855",
    "0.000",
    "−2.500",
    "1.000",
    "−123\u202f456",
    "–",
  ]);
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gaussianRandom, seededRandom, shuffle } from "../../src/random/random.ts";

const draw = (count: number, random: () => number) => Array.from({ length: count }, random);

describe("seededRandom", () => {
  test("is the same for the same seed, and another for any other (seed 1)", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
        expect(draw(3, seededRandom(a))).toEqual(draw(3, seededRandom(a)));
        if (a !== b) expect(draw(3, seededRandom(a))).not.toEqual(draw(3, seededRandom(b)));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test("gives no two of many neighbouring seeds the same numbers", () => {
    const firsts = new Set<string>();
    for (let seed = 0; seed < 2000; seed++) {
      firsts.add(draw(2, seededRandom(seed)).join());
      firsts.add(draw(2, seededRandom(2 ** 32 + seed)).join());
    }
    expect(firsts.size).toBe(4000);
  });

  test("is uniform in [0, 1), for each of many seeds", () => {
    const n = 20_000;
    for (let seed = 0; seed < 5; seed++) {
      const values = draw(n, seededRandom(seed));
      expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
      const counts = new Array<number>(16).fill(0);
      for (const value of values) counts[Math.floor(16 * value)]!++;
      // Binomial: mean n / 16, deviation √(n 15) / 16; 5 deviations.
      for (const count of counts) expect(Math.abs(count - n / 16)).toBeLessThan((5 * Math.sqrt(15 * n)) / 16);
    }
  });

  test("has no correlation from one number to the next, nor from one seed to the next", () => {
    const n = 20_000;
    const values = draw(n + 1, seededRandom(7));
    const firsts = Array.from({ length: n }, (_, seed) => seededRandom(seed)());
    for (const series of [values, firsts]) {
      let sum = 0;
      for (let i = 0; i + 1 < series.length; i++) sum += (series[i]! - 0.5) * (series[i + 1]! - 0.5);
      // Each product has the deviation 1/12: their mean has that over √n. 5 deviations.
      expect(Math.abs(sum / n)).toBeLessThan(5 / 12 / Math.sqrt(n));
    }
  });
});

describe("gaussianRandom", () => {
  test("has the moments of the standard normal distribution", () => {
    const n = 50_000;
    const values = draw(n, gaussianRandom(seededRandom(1)));
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / n;
    // The deviation of the mean of xᵏ is √((E x²ᵏ - (E xᵏ)²) / n), with E x² = 1, E x⁴ = 3, E x⁶ = 15, E x⁸ = 105.
    const within = (power: number, expected: number, variance: number) =>
      expect(Math.abs(moment(power) - expected)).toBeLessThan(5 * Math.sqrt(variance / n));
    within(1, 0, 1);
    within(2, 1, 2);
    within(3, 0, 15);
    within(4, 3, 96);
  });

  test("has no correlation between the two numbers of a pair", () => {
    const n = 20_000;
    const gaussian = gaussianRandom(seededRandom(2));
    let sum = 0;
    for (let i = 0; i < n; i++) sum += gaussian() * gaussian();
    expect(Math.abs(sum / n)).toBeLessThan(5 / Math.sqrt(n));
  });

  test("is finite where the uniform number is 0", () => {
    expect(
      draw(
        2,
        gaussianRandom(() => 0),
      ).every(Number.isFinite),
    ).toBe(true);
    expect(
      draw(
        2,
        gaussianRandom(() => 1 - 2 ** -32),
      ).every(Number.isFinite),
    ).toBe(true);
  });
});

describe("shuffle", () => {
  test("keeps the values (seed 2)", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (values, seed) => {
        const shuffled = [...values];
        shuffle(shuffled, seededRandom(seed));
        expect(shuffled.sort((a, b) => a - b)).toEqual([...values].sort((a, b) => a - b));
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  test("makes each order as often as another", () => {
    const counts = new Map<string, number>();
    const uniform = seededRandom(3);
    const n = 24_000;
    for (let i = 0; i < n; i++) {
      const values = Int32Array.of(1, 2, 3, 4);
      shuffle(values, uniform);
      counts.set(values.join(), (counts.get(values.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // Binomial: mean 1,000, deviation √(1,000 · 23/24) = 31; 5 deviations.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * 31);
  });
});

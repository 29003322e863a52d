import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quadraticPrior, smoothAbsolute } from "../../src/optimizers/concordant-prior.ts";

const options = fc.record({
  strength: fc.constantFrom(0.01, 1, 20),
  smoothing: fc.constantFrom(0.05, 1, 10),
});
/** θ / μ, of both signs, small and large. */
const ratio = fc.double({ min: -12, max: 12, noNaN: true }).map((x) => Math.sinh(x / 2));
const settings = { seed: 6, numRuns: 300 };

describe("smoothAbsolute", () => {
  test("is the conjugate of the barrier: the most that a u may give", () => {
    fc.assert(
      fc.property(options, ratio, ({ strength, smoothing }, t) => {
        const { value, slope } = smoothAbsolute({ strength, smoothing });
        const unit = strength * smoothing ** 2;
        const given = (u: number) => t * u + Math.log1p(-u * u) / 2;
        const u = slope(smoothing * t) / (strength * smoothing);
        const found = value(smoothing * t) / unit;
        // 1 - u² has lost up to log10(2 t) <= 3 digits where |t| is largest.
        expect(Math.abs(found - given(u))).toBeLessThan(1e4 * Number.EPSILON * (1 + Math.abs(t)));
        for (let other = -0.99; other < 1; other += 0.06)
          expect(given(other)).toBeLessThanOrEqual(found + 1e-12);
      }),
      settings,
    );
  });

  test("has the derivatives that it says", () => {
    fc.assert(
      fc.property(options, ratio, (given, t) => {
        const { value, slope, curvature } = smoothAbsolute(given);
        const theta = given.smoothing * t;
        const h = Number.EPSILON ** (1 / 3) * given.smoothing * Math.max(1, Math.abs(t));
        const difference = (f: (x: number) => number) => (f(theta + h) - f(theta - h)) / (2 * h);
        const { strength, smoothing } = given;
        // Central differences: ε^(2/3) = 4e-11 of the values' size, with third derivatives of up to 3 units.
        expect(Math.abs(slope(theta) - difference(value))).toBeLessThan(
          1e-9 * strength * smoothing * (1 + Math.abs(t)),
        );
        expect(Math.abs(curvature(theta) - difference(slope))).toBeLessThan(
          1e-9 * strength * (1 + Math.abs(t)),
        );
      }),
      settings,
    );
  });

  test("is self-concordant with its M, and with no smaller one", () => {
    fc.assert(
      fc.property(options, (given) => {
        const { curvature, concordance } = smoothAbsolute(given);
        let largest = 0;
        for (let x = -7; x <= 7; x += 0.05) {
          const theta = given.smoothing * Math.sinh(x);
          const h = 1e-5 * given.smoothing * Math.cosh(x);
          const third = (curvature(theta + h) - curvature(theta - h)) / (2 * h);
          largest = Math.max(largest, Math.abs(third) / (2 * curvature(theta) ** 1.5));
        }
        // Central differences of relative error h² = 1e-10, and ε / h = 2e-11.
        expect(largest / concordance).toBeLessThan(1 + 1e-8);
        expect(largest / concordance).toBeGreaterThan(0.99);
      }),
      { seed: 6, numRuns: 9 },
    );
  });

  test("is weight decay near 0, and the absolute value far from it", () => {
    const { value, slope } = smoothAbsolute({ strength: 3, smoothing: 1e8 });
    const decay = quadraticPrior(3);
    for (const t of [-2, 1e-3, 5]) {
      expect(value(t) / decay.value(t)).toBeCloseTo(1, 12);
      expect(slope(t) / decay.slope(t)).toBeCloseTo(1, 12);
    }
    // u = 1 - 1 / (2 t) + O(1 / t²).
    const { slope: steep } = smoothAbsolute({ strength: 3, smoothing: 1e-6 });
    expect(Math.abs(steep(1) / 3e-6 - 1)).toBeLessThan(1e-6);
  });

  test.each([0, -1, Number.NaN, Infinity])("refuses %s", (wrong) => {
    const said = `${wrong} is out of range; it must be a finite number above 0`;
    expect(() => smoothAbsolute({ strength: wrong })).toThrow(`strength: ${said}`);
    expect(() => smoothAbsolute({ smoothing: wrong })).toThrow(`smoothing: ${said}`);
    expect(() => quadraticPrior(wrong)).toThrow(`quadraticPrior: ${said}`);
  });
});

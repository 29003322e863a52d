import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { channelScaler, measureChannels } from "../../../src/data/images/channel-statistics.ts";
import { bytesOf, type ImageShape } from "../../../src/data/images/image-shape.ts";
import { memoryImages } from "../../../src/data/images/image-source.ts";

const sets = fc
  .record({
    height: fc.integer({ min: 1, max: 4 }),
    width: fc.integer({ min: 1, max: 4 }),
    channels: fc.constantFrom(1 as const, 3 as const),
    count: fc.integer({ min: 1, max: 150 }),
    seed: fc.nat(),
  })
  .map(({ count, seed, ...shape }) => {
    const pixels = Uint8Array.from(
      { length: count * bytesOf(shape) },
      (_, i) => Math.imul(i + seed, 2654435761) >>> 24,
    );
    return { shape, count, pixels };
  });

/** The slow twin: all values of a channel in a list. */
function naive(shape: ImageShape, pixels: Uint8Array, rows: Int32Array, channel: number) {
  const size = bytesOf(shape);
  const values = [...rows].flatMap((row) =>
    [...pixels.subarray(row * size, (row + 1) * size)].filter((_, i) => i % shape.channels === channel),
  );
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) || 1, n: values.length };
}

describe("measureChannels", () => {
  test("gives mean and deviation of the rows that it is given, by channel (seed 1)", () => {
    fc.assert(
      fc.property(sets, ({ shape, count, pixels }) => {
        const rows = Int32Array.from({ length: count }, (_, i) => i).filter((row) => row % 2 === 0);
        const { mean, deviation } = measureChannels(memoryImages(shape, pixels), rows);
        for (let c = 0; c < shape.channels; c++) {
          const twin = naive(shape, pixels, rows, c);
          // Sums of n terms below 2¹⁶: an error of at most n ε of their size.
          const tolerance = twin.n * Number.EPSILON * 2 ** 8;
          expect(Math.abs(mean[c]! - twin.mean)).toBeLessThanOrEqual(tolerance);
          expect(Math.abs(deviation[c]! - twin.deviation)).toBeLessThanOrEqual(tolerance * 2 ** 8);
        }
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  test("does not depend on the order of the rows", () => {
    const shape = { height: 3, width: 3, channels: 3 } as const;
    const pixels = Uint8Array.from({ length: 100 * 27 }, (_, i) => (i * 37) % 251);
    const source = memoryImages(shape, pixels);
    const rows = Int32Array.from({ length: 100 }, (_, i) => i);
    expect(measureChannels(source, rows.toReversed())).toEqual(measureChannels(source, rows));
  });

  test("takes 1 for the deviation of a constant channel", () => {
    const source = memoryImages({ height: 2, width: 2, channels: 1 }, new Uint8Array(8).fill(9));
    expect(measureChannels(source, Int32Array.of(0, 1))).toEqual({ mean: [9], deviation: [1] });
  });
});

describe("channelScaler", () => {
  test("writes (pixel - mean) / deviation, and nothing after it (seed 2)", () => {
    fc.assert(
      fc.property(sets, ({ shape, count, pixels }) => {
        const rows = Int32Array.from({ length: count }, (_, i) => i);
        const statistics = measureChannels(memoryImages(shape, pixels), rows);
        const out = new Float64Array(pixels.length + 1).fill(77);
        channelScaler(shape, statistics)(pixels, count, out);
        for (let i = 0; i < pixels.length; i++) {
          const c = i % shape.channels;
          expect(out[i]).toBe((pixels[i]! - statistics.mean[c]!) / statistics.deviation[c]!);
        }
        expect(out[pixels.length]).toBe(77);
      }),
      { seed: 2, numRuns: 30 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { augmentation, type Move, movePicture } from "../../../src/data/images/augmentation.ts";
import { bytesOf, type ImageShape } from "../../../src/data/images/image-shape.ts";
import { DataError } from "../../../src/errors.ts";
import { seededRandom } from "../../../src/random/random.ts";
import { pattern } from "./pictures.ts";

const still: Move = { flip: false, shiftY: 0, shiftX: 0, cropY: 0, cropX: 0 };

const shapes: fc.Arbitrary<ImageShape> = fc.record({
  height: fc.integer({ min: 1, max: 7 }),
  width: fc.integer({ min: 1, max: 7 }),
  channels: fc.constantFrom(1 as const, 3 as const),
});

const moves = fc.record({
  flip: fc.boolean(),
  shiftY: fc.integer({ min: -4, max: 4 }),
  shiftX: fc.integer({ min: -4, max: 4 }),
  cropY: fc.integer({ min: -4, max: 4 }),
  cropX: fc.integer({ min: -4, max: 4 }),
});

const padding = Uint8Array.of(7, 8, 9);

const picture = (shape: ImageShape) => pattern(1, shape.height, shape.width, shape.channels);

function moved(shape: ImageShape, move: Partial<Move>, pixels: Uint8Array): Uint8Array {
  const out = new Uint8Array(pixels.length);
  movePicture(shape, { ...still, ...move }, padding, pixels, 0, out, 0);
  return out;
}

/** The slow twin: one change after the other, each on a whole picture made of numbers by row, column and channel. */
type Pixels = (y: number, x: number, c: number) => number;

function naive({ height, width, channels }: ImageShape, move: Move, pixels: Uint8Array): Uint8Array {
  const original: Pixels = (y, x, c) => pixels[(y * width + x) * channels + c]!;
  const flipped: Pixels = move.flip ? (y, x, c) => original(y, width - 1 - x, c) : original;
  const within = (i: number, size: number) => Math.min(Math.max(i, 0), size - 1);
  const shifted: Pixels = (y, x, c) =>
    flipped(within(y + move.shiftY, height), within(x + move.shiftX, width), c);
  const padded: Pixels = (y, x, c) =>
    y >= 0 && y < height && x >= 0 && x < width ? shifted(y, x, c) : padding[c]!;
  const out: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) out.push(padded(y + move.cropY, x + move.cropX, c));
  return Uint8Array.from(out);
}

describe("movePicture", () => {
  test("equals one change after the other (seed 1)", () => {
    fc.assert(
      fc.property(shapes, moves, (shape, move) => {
        expect(moved(shape, move, picture(shape))).toEqual(naive(shape, move, picture(shape)));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test("is the identity for no move, and for two flips (seed 2)", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const pixels = picture(shape);
        expect(moved(shape, {}, pixels)).toEqual(pixels);
        const flipped = moved(shape, { flip: true }, pixels);
        expect(moved(shape, { flip: true }, flipped)).toEqual(pixels);
        if (shape.width > 1) expect(flipped).not.toEqual(pixels);
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  test("undoes a shift by its opposite, but for what left the picture (seed 3)", () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 0, max: 6 }), (shape, k) => {
        const by = Math.min(k, shape.width - 1);
        const pixels = picture(shape);
        const back = moved(shape, { shiftX: -by }, moved(shape, { shiftX: by }, pixels));
        const row = shape.width * shape.channels;
        for (let i = 0; i < pixels.length; i++)
          if (i % row >= by * shape.channels) expect(back[i]).toBe(pixels[i]);
      }),
      { seed: 3, numRuns: 100 },
    );
  });
});

describe("augmentation", () => {
  const shape: ImageShape = { height: 6, width: 8, channels: 3 };
  const size = bytesOf(shape);
  const all = { flip: true, flipNegates: true, shift: 2, crop: 2, padding: [1, 2, 3] };

  function draw(options: Parameters<typeof augmentation>[1], seed: number, count: number) {
    const { apply } = augmentation(shape, options);
    const random = seededRandom(seed);
    return Array.from({ length: count }, () => {
      const out = new Uint8Array(size);
      return { factor: apply(picture(shape), 0, out, 0, random), out };
    });
  }

  test("gives the same pictures for the same seed, and others for another", () => {
    expect(draw(all, 5, 20)).toEqual(draw(all, 5, 20));
    expect(draw(all, 5, 20)).not.toEqual(draw(all, 6, 20));
  });

  test("changes nothing where nothing is asked for", () => {
    for (const { factor, out } of draw({}, 1, 20)) {
      expect(factor).toBe(1);
      expect(out).toEqual(picture(shape));
    }
  });

  test("mirrors about every other picture, and changes the sign of just these targets", () => {
    const n = 400;
    const flipped = moved(shape, { flip: true }, picture(shape));
    const drawn = draw({ flip: true, flipNegates: true }, 2, n);
    for (const { factor, out } of drawn) expect(out).toEqual(factor < 0 ? flipped : picture(shape));
    const count = drawn.filter(({ factor }) => factor < 0).length;
    // Five standard deviations of a fair coin, √n / 2 each.
    expect(Math.abs(count - n / 2)).toBeLessThan(5 * (Math.sqrt(n) / 2));
    expect(draw({ flip: true }, 2, n).every(({ factor }) => factor === 1)).toBe(true);
  });

  test("takes as many random numbers whatever is asked for", () => {
    for (const options of [{}, all]) {
      let taken = 0;
      augmentation(shape, options).apply(picture(shape), 0, new Uint8Array(size), 0, () => {
        taken++;
        return 0.3;
      });
      expect(taken).toBe(5);
    }
  });

  test("draws each shift equally often, up to the ends", () => {
    const seen = new Map<string, number>();
    for (const { out } of draw({ shift: 1 }, 3, 900)) {
      const key = out.join();
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    expect(seen.size).toBe(9);
    // 900 draws of 9: 100 each, with deviation √(900 · 1/9 · 8/9) = 9.4; five of them.
    for (const count of seen.values()) expect(Math.abs(count - 100)).toBeLessThan(5 * 9.5);
  });

  test("works at places inside larger arrays, and writes nothing else", () => {
    const pixels = new Uint8Array(3 * size).fill(99);
    pixels.set(picture(shape), size);
    const out = new Uint8Array(4 * size).fill(55);
    augmentation(shape, all).apply(pixels, size, out, 2 * size, seededRandom(9));
    const alone = new Uint8Array(size);
    augmentation(shape, all).apply(picture(shape), 0, alone, 0, seededRandom(9));
    expect(out.subarray(2 * size, 3 * size)).toEqual(alone);
    expect(out.subarray(0, 2 * size).every((byte) => byte === 55)).toBe(true);
    expect(out.subarray(3 * size).every((byte) => byte === 55)).toBe(true);
  });

  test.each([
    [{ shift: -1 }, "augmentation: shift is -1; give a whole number of pixels from 0 to 6"],
    [{ crop: 1.5 }, "augmentation: crop is 1.5; give a whole number of pixels from 0 to 6"],
    [{ shift: 7 }, "augmentation: shift is 7; give a whole number of pixels from 0 to 6"],
    [{ padding: 256 }, "augmentation: padding is 256; give a byte from 0 to 255, or 3 of them"],
    [{ padding: [1, 2] }, "augmentation: padding is [1,2]; give a byte from 0 to 255, or 3 of them"],
  ])("refuses %j", (options, message) => {
    expect(() => augmentation(shape, options)).toThrow(
      new DataError("augmentation", { file: "augmentation" }, message.slice(14)),
    );
  });
});

import { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodePng } from "../../../src/data/images/encode-png.ts";
import { type Picture, thumbnail } from "../../../src/data/images/thumbnail.ts";
import { pattern, sharp } from "./pictures.ts";

const seed = 20251124;

const pictures = fc
  .record({
    height: fc.integer({ min: 1, max: 20 }),
    width: fc.integer({ min: 1, max: 20 }),
    channels: fc.constantFrom(1 as const, 3 as const),
  })
  .chain((shape) => {
    const length = shape.height * shape.width * shape.channels;
    const bytes = fc.uint8Array({ minLength: length, maxLength: length });
    return bytes.map((pixels): Picture => ({ ...shape, pixels }));
  });

describe("encodePng", () => {
  test.skipIf(!sharp)(`is decoded to the same bytes by another program (seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(pictures, async (picture) => {
        const { height, width, channels, pixels } = picture;
        const decoder = sharp!(await encodePng(picture), { failOn: "warning" });
        expect(await decoder.metadata()).toMatchObject({ format: "png", height, width, channels });
        const space = channels === 1 ? "b-w" : "srgb";
        expect(new Uint8Array(await decoder.toColourspace(space).raw().toBuffer())).toEqual(pixels);
      }),
      { seed, numRuns: 50 },
    );
  });

  test("has the rows of the picture, each after a byte for no filter", async () => {
    const pixels = pattern(1, 2, 3, 1);
    const png = Buffer.from(await encodePng({ height: 2, width: 3, channels: 1, pixels }));
    const at = png.indexOf("IDAT");
    const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
    expect([...rows]).toEqual([0, ...pixels.subarray(0, 3), 0, ...pixels.subarray(3)]);
  });
});

describe("thumbnail", () => {
  test("leaves a picture that is small enough as it is", () => {
    const picture = { height: 4, width: 7, channels: 3 as const, pixels: pattern(2, 4, 7, 3) };
    expect(thumbnail(picture, 7)).toEqual(picture);
  });

  test("takes means of blocks, also at the edges", () => {
    const pixels = Uint8Array.of(0, 10, 3, 20, 30, 5, 7, 9, 200);
    const small = thumbnail({ height: 3, width: 3, channels: 1, pixels }, 2);
    expect(small).toEqual({ height: 2, width: 2, channels: 1, pixels: Uint8Array.of(15, 4, 8, 200) });
  });

  test(`keeps colors apart, stays within the bytes, and has no longer side (seed ${seed})`, () => {
    fc.assert(
      fc.property(pictures, fc.integer({ min: 1, max: 20 }), (picture, longest) => {
        const { channels, pixels } = picture;
        const small = thumbnail(picture, longest);
        expect(Math.max(small.height, small.width)).toBeLessThanOrEqual(longest);
        expect(small.pixels).toHaveLength(small.height * small.width * channels);
        for (let c = 0; c < channels; c++) {
          const of = (bytes: Uint8Array) => [...bytes].filter((_, i) => i % channels === c);
          expect(Math.max(...of(small.pixels))).toBeLessThanOrEqual(Math.max(...of(pixels)));
          expect(Math.min(...of(small.pixels))).toBeGreaterThanOrEqual(Math.min(...of(pixels)));
        }
      }),
      { seed, numRuns: 100 },
    );
  });
});

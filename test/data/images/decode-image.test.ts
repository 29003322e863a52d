import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ImageFit, imageDecoder } from "../../../src/data/images/decode-image.ts";
import type { ImageShape } from "../../../src/data/images/image-shape.ts";
import { loadSharp } from "../../../src/data/images/load-sharp.ts";
import { DataError } from "../../../src/errors.ts";
import { encode, pattern, sharp, temporaryFolder, writeInto } from "./pictures.ts";

const folder = temporaryFolder();
const same: ImageShape = { height: 12, width: 16, channels: 3 };

async function decode(content: Uint8Array | string, shape: ImageShape = same, fit: ImageFit = "stretch") {
  return await (await imageDecoder(shape, fit))(writeInto(folder, "picture", content));
}

async function pixelsOf(...parameters: Parameters<typeof decode>): Promise<Uint8Array> {
  const { pixels, fault } = await decode(...parameters);
  expect(fault).toBeNull();
  return Uint8Array.from(pixels!);
}

test("says what to do where the decoder is absent", async () => {
  const find = () => {
    throw new Error("Cannot find module 'sharp'\nRequire stack:");
  };
  await expect(loadSharp(find)).rejects.toThrow(
    new DataError(
      "no-decoder",
      { file: "images" },
      "are decoded by the optional package sharp, which can't be loaded (Cannot find module 'sharp'); run `npm install sharp`",
    ),
  );
});

describe.skipIf(!sharp)("imageDecoder", () => {
  const solid = (channels: 3 | 4, background: object, width = 16, height = 12) =>
    sharp!({ create: { width, height, channels, background } });

  test.each(["png", "webp"] as const)(
    "gives the pixels of %s as they are where the size fits",
    async (format) => {
      expect(await pixelsOf(await encode(format, 1))).toEqual(pattern(1, 12, 16, 3));
    },
  );

  test("gives the pixels of JPEG but for its losses", async () => {
    const flat = await solid(3, { r: 200, g: 100, b: 50 }).jpeg({ quality: 100 }).toBuffer();
    // The conversion to luminance and back rounds each channel by a unit or two.
    for (const [i, byte] of (await pixelsOf(flat)).entries())
      expect(Math.abs(byte - [200, 100, 50][i % 3]!)).toBeLessThanOrEqual(2);
  });

  test("repeats gray for three channels, and keeps it for one", async () => {
    const gray = pattern(2, 12, 16, 1);
    const png = await encode("png", 2, { channels: 1 });
    expect(await pixelsOf(png, { ...same, channels: 1 })).toEqual(gray);
    expect(await pixelsOf(png)).toEqual(
      Uint8Array.from({ length: 3 * gray.length }, (_, i) => gray[Math.floor(i / 3)]!),
    );
  });

  test("makes one gray of equal colors, whatever weights it gives them", async () => {
    const png = await solid(3, { r: 90, g: 90, b: 90 }).png().toBuffer();
    expect([...new Set(await pixelsOf(png, { ...same, channels: 1 }))]).toEqual([90]);
  });

  test("takes black for what is transparent", async () => {
    const png = await solid(4, { r: 200, g: 100, b: 50, alpha: 0.5 }).png().toBuffer();
    const [r, g, b] = await pixelsOf(png);
    // Alpha is stored as 128 of 255.
    expect([r, g, b]).toEqual([200, 100, 50].map((byte) => Math.round((byte * 128) / 255)));
    const clear = await solid(4, { r: 200, g: 100, b: 50, alpha: 0 }).png().toBuffer();
    expect([...new Set(await pixelsOf(clear))]).toEqual([0]);
  });

  test.each([
    [1, "grey16"],
    [3, "rgb16"],
  ] as const)("scales 16 bits to 8, of %i channels", async (channels, space) => {
    const values = Uint16Array.from({ length: 12 * 16 * channels }, (_, i) => (i * 331) % 65536);
    const png = await sharp!(values, { raw: { width: 16, height: 12, channels } })
      .toColourspace(space)
      .png()
      .toBuffer();
    expect((await sharp!(png).metadata()).depth).toBe("ushort");
    // Whether it is divided by 256 or by 257 and rounded which way, is up to the decoder: less than one unit.
    for (const [i, byte] of (await pixelsOf(png, { ...same, channels })).entries())
      expect(Math.abs(byte - values[i]! / 257)).toBeLessThanOrEqual(1);
  });

  test("turns a picture as its EXIF orientation says", async () => {
    // Left half black, right half white, stored so that it must be turned by 90 degrees clockwise to stand upright.
    const stored = Uint8Array.from({ length: 8 * 8 }, (_, i) => (i % 8 < 4 ? 0 : 255));
    const jpeg = await sharp!(stored, { raw: { width: 8, height: 8, channels: 1 } })
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100 })
      .toBuffer();
    const upright = await pixelsOf(jpeg, { height: 8, width: 8, channels: 1 });
    for (let x = 0; x < 8; x++) {
      expect(upright[x]).toBeLessThan(30);
      expect(upright[7 * 8 + x]).toBeGreaterThan(225);
    }
  });

  test("stretches, crops or pads a picture of other proportions", async () => {
    // 30 × 10: a red, a green and a blue square.
    const strip = Uint8Array.from({ length: 10 * 30 * 3 }, (_, i) =>
      Math.floor(i / 3 / 10) % 3 === i % 3 ? 255 : 0,
    );
    const png = await sharp!(strip, { raw: { width: 30, height: 10, channels: 3 } })
      .png()
      .toBuffer();
    const square: ImageShape = { height: 10, width: 10, channels: 3 };
    const middle = (pixels: Uint8Array, x: number, y = 5) => [
      ...pixels.subarray((y * 10 + x) * 3, (y * 10 + x) * 3 + 3),
    ];
    const stretched = await pixelsOf(png, square, "stretch");
    expect([middle(stretched, 0), middle(stretched, 9)]).toEqual([
      [255, 0, 0],
      [0, 0, 255],
    ]);
    const cropped = await pixelsOf(png, square, "crop");
    expect(new Set(Array.from({ length: 10 }, (_, x) => middle(cropped, x).join()))).toEqual(
      new Set(["0,255,0"]),
    );
    const padded = await pixelsOf(png, square, "pad");
    expect(middle(padded, 5, 0)).toEqual([0, 0, 0]);
    expect(middle(padded, 0)).toEqual([255, 0, 0]);
  });

  test("makes a picture of one pixel, and one from a pixel", async () => {
    const dot = await solid(3, { r: 1, g: 2, b: 3 }, 1, 1).png().toBuffer();
    expect(await pixelsOf(dot, { height: 1, width: 1, channels: 3 })).toEqual(Uint8Array.of(1, 2, 3));
    expect((await pixelsOf(dot)).length).toBe(12 * 16 * 3);
  });

  test.each(["jpeg", "png", "webp"] as const)("calls a %s that is cut short bad", async (format) => {
    const bytes = await encode(format, 1, { height: 60, width: 60 });
    const { pixels, fault } = await decode(bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    expect(pixels).toBeNull();
    expect(fault).toMatch(/^can't be decoded/);
  });

  test("says why other files are bad", async () => {
    expect(await decode("")).toEqual({ pixels: null, fault: "is empty, 0 bytes" });
    expect((await decode("<!doctype html><title>404</title>")).fault).toMatch(
      /^can't be decoded, it looks like an HTML page \(.*\)$/,
    );
    expect((await decode(Uint8Array.of(1, 0, 2, 255))).fault).toMatch(/^can't be decoded \(.*\)$/);
    const decoder = await imageDecoder(same, "stretch");
    expect(await decoder(join(folder, "no"))).toEqual({
      pixels: null,
      fault: "there is no such file; check the path",
    });
    expect((await decoder(folder)).fault).toBe("is a folder; give a file");
  });
});

import { truncateSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesOf } from "../../../src/data/images/image-shape.ts";
import { type ImageSource, memoryImages } from "../../../src/data/images/image-source.ts";
import { closePixelFile, openPixelFile } from "../../../src/data/images/pixel-file.ts";
import { readAhead } from "../../../src/data/images/read-ahead.ts";
import { streamedImages } from "../../../src/data/images/streamed-images.ts";
import { FileError } from "../../../src/errors.ts";
import { seededRandom, shuffle } from "../../../src/random/random.ts";
import { temporaryFolder, writeInto } from "./pictures.ts";

const folder = temporaryFolder();
const shape = { height: 5, width: 7, channels: 3 } as const;
const size = bytesOf(shape);
const count = 90;
const offset = 64;
const pixels = Uint8Array.from({ length: count * size }, (_, i) => Math.imul(i, 2654435761) >>> 24);

async function open(name = "pixels"): Promise<{ path: string; source: ImageSource }> {
  const file = new Uint8Array(offset + pixels.length);
  file.set(pixels, offset);
  const path = writeInto(folder, name, file);
  return { path, source: await streamedImages(path, offset, shape, count) };
}

function read(source: ImageSource, rows: Int32Array, start = 0, n = rows.length): Uint8Array {
  const out = new Uint8Array(n * size + 3).fill(77);
  source.read(rows, start, n, out);
  expect(out.subarray(n * size)).toEqual(Uint8Array.of(77, 77, 77));
  return out.subarray(0, n * size);
}

const breathe = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("streamedImages", () => {
  const memory = memoryImages(shape, pixels);

  test("gives the same bytes as memory for any rows, with or without prefetch and pause (seed 1)", async () => {
    const { source } = await open();
    const steps = fc.record({
      rows: fc.array(fc.nat(count - 1), { maxLength: 40 }).map((rows) => Int32Array.from(rows)),
      prefetches: fc.nat(3),
      pauses: fc.boolean(),
      other: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 6 }), async (list) => {
        for (const { rows, prefetches, pauses, other } of list) {
          for (let i = 0; i < prefetches; i++) source.prefetch(rows, 0, rows.length);
          if (other) source.prefetch(Int32Array.of(3, 1), 0, 2);
          if (pauses) await breathe();
          expect(read(source, rows)).toEqual(read(memory, rows));
        }
      }),
      { seed: 1, numRuns: 60 },
    );
    source.close();
  });

  test("gives the same bytes through epochs of batches, each fetched before the last is read", async () => {
    const { source } = await open();
    const order = Int32Array.from({ length: count }, (_, i) => i);
    const random = seededRandom(3);
    const batch = 16;
    for (let epoch = 0; epoch < 4; epoch++) {
      shuffle(order, random);
      source.prefetch(order, 0, batch);
      for (let start = 0; start < count; start += batch) {
        const n = Math.min(batch, count - start);
        if (start + n < count) source.prefetch(order, start + n, Math.min(batch, count - start - n));
        if (epoch % 2 === 0) await breathe();
        expect(read(source, order, start, n)).toEqual(read(memory, order, start, n));
      }
    }
    source.close();
  });

  test("reads what it begins to read, and says that a file was cut", async () => {
    const { path, source } = await open("fetched");
    const file = await openPixelFile(path, offset, size);
    const ahead = readAhead(file);
    const rows = Int32Array.of(9, 5, 80, 2);
    ahead.fetch(rows, 1, 3);
    while (!ahead.isIdle()) await breathe();
    truncateSync(path, offset);
    const out = new Uint8Array(3 * size);
    expect(ahead.take(rows, 0, 3, out)).toBe(false);
    expect(ahead.take(rows, 1, 3, out)).toBe(true);
    expect(out).toEqual(read(memory, rows, 1, 3));
    expect(ahead.take(rows, 1, 3, out)).toBe(false);
    expect(() => read(source, rows)).toThrow("was cut short while it was read; prepare it again");
    ahead.fetch(rows, 0, 1);
    while (!ahead.isIdle()) await breathe();
    expect(ahead.take(rows, 0, 1, out)).toBe(false);
    closePixelFile(file);
    source.close();
  });

  test("reads into shared memory, where the kernels work", async () => {
    const { source } = await open();
    const out = new Uint8Array(new SharedArrayBuffer(2 * size));
    const rows = Int32Array.of(7, 8);
    source.read(rows, 0, 2, out);
    expect(Uint8Array.from(out)).toEqual(read(memory, rows));
    source.close();
  });

  test("can be closed twice, and with reads under way", async () => {
    const { source } = await open();
    const rows = Int32Array.from({ length: count }, (_, i) => i);
    source.prefetch(rows, 0, count);
    source.close();
    source.close();
    source.prefetch(rows, 0, count);
    for (let i = 0; i < 20; i++) await breathe();
    expect(() => source.read(Int32Array.of(1), 0, 1, new Uint8Array(size))).toThrow(
      "was closed; open the pictures again",
    );
  });

  test("names a file that is not there", async () => {
    await expect(streamedImages(`${folder}/no`, 0, shape, 1)).rejects.toThrow(FileError);
  });

  test.each([
    ["memory", async () => memory],
    ["a file", async () => (await open()).source],
  ])("refuses rows that are not there: %s", async (_, make) => {
    const source = await make();
    for (const bad of [-1, count, 2 ** 31 - 1]) {
      source.prefetch(Int32Array.of(0, bad), 0, 2);
      expect(() => read(source, Int32Array.of(0, bad))).toThrow(
        `images: have no row ${bad}; rows are whole numbers from 0 to ${count - 1}`,
      );
    }
    expect(() => read(source, Int32Array.of(0), 0, 2)).toThrow("images: have no row undefined");
    expect(() => source.read(Int32Array.of(0, 1), 0, 2, new Uint8Array(size))).toThrow(
      `images: 2 pictures of ${size} bytes don't fit in ${size} bytes`,
    );
    source.close();
  });
});

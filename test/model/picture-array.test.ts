import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { ImageShape } from "../../src/data/images/image-shape.ts";
import { parseTable } from "../../src/data/read-table.ts";
import { fitPictures, type PictureOptions } from "../../src/model/fit-pictures.ts";
import type { FitOptions } from "../../src/model/options.ts";
import { evaluatePictures, predictPictures } from "../../src/model/predict-pictures.ts";
import { pattern, sharp, temporaryFolder, writeInto } from "../data/images/pictures.ts";
import { npyBytes } from "../data/npy-bytes.ts";

const root = temporaryFolder();
const count = 20;
const shape: ImageShape = { height: 8, width: 10, channels: 3 };
const { height, width, channels } = shape;
const pixels = Uint8Array.from(
  Array.from({ length: count }, (_, i) => Array.from(pattern(i, height, width, channels))).flat(),
);
const bytes = npyBytes("'|u1'", `(${count}, ${height}, ${width}, ${channels})`, pixels);
const images = writeInto(root, "pictures.npy", bytes);
const zipped = writeInto(root, "pictures.npy.gz", gzipSync(bytes));

const labels = (rows: number) =>
  parseTable(`angle\n${Array.from({ length: rows }, (_, i) => 3 * i - 20).join("\n")}\n`, "angles.csv", {
    header: true,
  });
const table = labels(count);
const options: PictureOptions = { images, table, targets: ["angle"] };

/** Few steps, and numbers that are the same on every machine. */
const quick: FitOptions = { maxSteps: 3, batchSize: 8, kernels: "wasm", threads: 1, seed: 2, test: 0.2 };
const run = (more: Partial<PictureOptions> = {}) => fitPictures({ ...options, ...more }, quick);

async function fault(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => "nothing was thrown",
    (error: Error) => error.message.replaceAll(root, "F"),
  );
}

describe("an array of pictures", () => {
  test("has its own shape, and names its pictures by number", async () => {
    const { model, labels: found } = await run();
    expect(model.header.pictures!.shape).toEqual(shape);
    expect(found.notes).toEqual(["20 rows of angles.csv, row i for picture i"]);
    const { files, rows, values, faults } = await predictPictures(model, { images });
    expect(files).toEqual(Array.from({ length: count }, (_, i) => String(i)));
    expect([...rows]).toEqual(files.map(Number));
    expect(values).toHaveLength(count);
    expect(faults).toEqual([]);
  });

  test("is the same compressed, and with its own shape asked for", async () => {
    const { parameters } = (await run()).model;
    expect((await run({ images: zipped })).model.parameters).toEqual(parameters);
    expect((await run({ shape: { height: 8 } })).model.parameters).toEqual(parameters);
    expect((await run({ shape })).model.parameters).toEqual(parameters);
  });

  test("is the same where it is read batch by batch, because it is larger than the memory limit", async () => {
    const { model, worst } = await run({ memoryLimit: 100 });
    const inMemory = await run();
    expect(model.parameters).toEqual(inMemory.model.parameters);
    expect(worst).toEqual(inMemory.worst);
    const { values } = await predictPictures(model, { images, memoryLimit: 100 });
    expect(values).toEqual((await predictPictures(model, { images })).values);
  });

  test.skipIf(!sharp)("trains, bit for bit, as the same pictures in files do", async () => {
    const names = Array.from({ length: count }, (_, i) => `${i}.png`);
    for (const [i, name] of names.entries()) {
      const raw = { width, height, channels };
      const picture = sharp!(pattern(i, height, width, channels), { raw });
      writeInto(join(root, "files"), name, await picture.png().toBuffer());
    }
    const text = names.map((name, i) => `${name},${3 * i - 20}`).join("\n");
    const named = parseTable(`name,angle\n${text}\n`, "named.csv");
    const files = { images: join(root, "files"), table: named, cache: null, shape };
    expect((await run(files)).model.parameters).toEqual((await run()).model.parameters);
  });

  test("is evaluated by a table of as many rows", async () => {
    const { model, predicted, actual } = await run();
    const { rows, metrics } = await evaluatePictures(model, { images: zipped, table });
    const squares = predicted.map((value, i) => (value - actual[i]!) ** 2);
    expect(rows).toBe(count);
    // Sums of 20 numbers: errors of some 20 eps.
    expect(metrics.rmse).toBeCloseTo(Math.sqrt(squares.reduce((a, b) => a + b) / count), 10);
  });

  test("leaves out rows without a target", async () => {
    const cells = Array.from({ length: count }, (_, i) => (i === 3 ? "NA" : String(i)));
    const holes = parseTable(`n,angle\n${cells.map((cell, i) => `${i},${cell}`).join("\n")}\n`, "holes.csv");
    const { rows } = await run({ table: holes });
    expect([...rows]).toEqual(Array.from({ length: count }, (_, i) => i).filter((i) => i !== 3));
  });

  test("takes gray pictures without a size for their channel", async () => {
    const gray = npyBytes("'|u1'", "(20, 8, 10)", pixels.subarray(0, 1600));
    const { model } = await run({ images: writeInto(root, "gray.npy", gray) });
    expect(model.header.pictures!.shape).toEqual({ ...shape, channels: 1 });
  });
});

describe("an array that does not fit", () => {
  test.each<[string, Partial<PictureOptions>, string]>([
    [
      "another size",
      { shape: { height: 16, width: 20 } },
      "F/pictures.npy: holds pictures of 8 × 10 × 3, not of 16 × 20 × 3, and an array is not resized; leave the size and the channels out, or save it in the other shape",
    ],
    ["other channels", { shape: { channels: 1 } }, "holds pictures of 8 × 10 × 3, not of 8 × 10 × 1"],
    [
      "fewer rows",
      { table: labels(19) },
      "F/pictures.npy: holds 20 pictures, and angles.csv has 19 rows; give a row for each picture, in the same order",
    ],
    [
      "no table",
      { table: undefined },
      "F/pictures.npy: holds pictures without labels; give a table with a row for each",
    ],
    ["no target", { targets: [] }, "angles.csv: needs a target; name the column to predict"],
    ["an unknown target", { targets: ["angel"] }, 'has no column "angel"; did you mean "angle"?'],
    ["no file", { images: join(root, "none.npy") }, "F/none.npy: there is no such file; check the path"],
  ])("is refused: %s", async (_, more, message) => {
    expect(await fault(run(more))).toContain(message);
  });

  test.each([1e6, 100])("is refused: no bytes, with a memory limit of %d bytes", async (memoryLimit) => {
    const floats = npyBytes("'<f4'", "(20, 2, 3)", new Float32Array(120));
    const message = await fault(run({ images: writeInto(root, "floats.npy", floats), memoryLimit }));
    expect(message).toMatch(/^F\/floats\.npy: holds 20 × 2 × 3 (float32|<f4); save pictures as/);
  });

  test("is refused: no pictures", async () => {
    const empty = writeInto(root, "empty.npy", npyBytes("'|u1'", "(0, 8, 10)", new Uint8Array()));
    expect(await fault(run({ images: empty }))).toBe("F/empty.npy: has no pictures; save an array with some");
  });

  test("is refused by a model of another shape, or beside a table of another length", async () => {
    const { model } = await run();
    const gray = npyBytes("'|u1'", "(20, 8, 10)", pixels.subarray(0, 1600));
    const other = { images: writeInto(root, "other.npy", gray), table };
    const message =
      "F/other.npy: holds pictures of 8 × 10 × 1, and the model takes 8 × 10 × 3; an array is not resized: save it in that shape";
    expect(await fault(predictPictures(model, other))).toBe(message);
    expect(await fault(evaluatePictures(model, other))).toBe(message);
    expect(await fault(predictPictures(model, { images, table: labels(3) }))).toContain(
      "holds 20 pictures, and angles.csv has 3 rows",
    );
  });
});

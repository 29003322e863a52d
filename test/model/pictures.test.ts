import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { ImageShape } from "../../src/data/images/image-shape.ts";
import { parseTable } from "../../src/data/read-table.ts";
import { fit } from "../../src/model/fit.ts";
import { fitPictures, type PictureOptions } from "../../src/model/fit-pictures.ts";
import { evaluateTable, load } from "../../src/model/model.ts";
import type { FitOptions } from "../../src/model/options.ts";
import { evaluatePictures, predictPictures } from "../../src/model/predict-pictures.ts";
import { predictTable } from "../../src/model/saved-model.ts";
import { encode, sharp, temporaryFolder, writeInto } from "../data/images/pictures.ts";

const root = temporaryFolder();
const count = 20;
const shape: ImageShape = { height: 8, width: 10, channels: 3 };

/** Few steps, and numbers that are the same on every machine. */
const quick: FitOptions = { maxSteps: 3, batchSize: 8, kernels: "wasm", threads: 1, seed: 2, test: 0.2 };

const names = Array.from({ length: count }, (_, i) => `${i}.png`);
const angleOf = (i: number) => 3 * i - 20;
const tableOf = (files: readonly string[]) =>
  parseTable(`name,angle\n${files.map((file, i) => `${file},${angleOf(i)}`).join("\n")}\n`, "angles.csv");

const table = tableOf(names);
const images = join(root, "pictures");
const pictures: PictureOptions = { images, table, targets: ["angle"], shape, cache: null };

beforeAll(async () => {
  if (!sharp) return;
  for (const [i, name] of names.entries()) writeInto(images, name, await encode("png", i));
  writeInto(images, "bad.png", "no picture");
});

const run = (options: FitOptions = {}, more: Partial<PictureOptions> = {}) =>
  fitPictures({ ...pictures, ...more }, { ...quick, ...options });

async function fault(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => "nothing was thrown",
    (error: Error) => error.message.replaceAll(root, "F"),
  );
}

describe.skipIf(!sharp)("a model of pictures", () => {
  test("predicts bit for bit the same after it was saved and loaded", async () => {
    const { model } = await run();
    expect(model.report.steps).toBe(3);
    const path = join(root, "m.gramian");
    await model.save(path);
    const before = await predictPictures(model, { images, table, cache: null });
    const after = await predictPictures(await load(path), { images, table, cache: null });
    expect(after).toEqual(before);
    expect(before.files).toEqual(names);
    expect(before).toMatchObject({ targets: ["angle"], faults: [], spread: null });
    expect(new Set(before.values).size).toBe(count);
    expect(before.values.every(Number.isFinite)).toBe(true);
  });

  test("is the same for the same seed, with random changes too, and another for another", async () => {
    const parametersOf = async (seed: number) =>
      (await run({ seed }, { augment: { flip: true, shift: 1 } })).model.parameters;
    const first = await parametersOf(5);
    expect(await parametersOf(5)).toEqual(first);
    expect(await parametersOf(6)).not.toEqual(first);
  });

  test("learns what the brightness of a picture says", async () => {
    const folder = join(root, "grays");
    const files = Array.from({ length: 60 }, (_, i) => `${i}.png`);
    for (const [i, file] of files.entries()) {
      const raw = { width: 10, height: 8, channels: 3 as const };
      const picture = sharp!(new Uint8Array(240).fill(4 * i), { raw });
      writeInto(folder, file, await picture.png().toBuffer());
    }
    const options = { images: folder, table: tableOf(files) };
    const { errors, baseline } = (await run({ maxSteps: 60, batchSize: 32 }, options)).model.report;
    // 0.02 times when this was written; a network that learns nothing has 1.
    expect(errors.rmse.test!).toBeLessThan(0.1 * baseline.mean.rmse.test!);
  });

  test("has the known values and its own in the order of the rows", async () => {
    const { rows, actual, predicted, model } = await run();
    expect([...rows]).toEqual(names.map((_, i) => i));
    expect([...actual]).toEqual(names.map((_, i) => angleOf(i)));
    // The same kernels and the same batches of prediction: no digit differs.
    const { values } = await predictPictures(model, { images, table, cache: null });
    expect(predicted).toEqual(values);
  });

  test("takes gray pictures, an ensemble, and a network by name", async () => {
    const gray = { ...shape, channels: 1 as const };
    const { model } = await run({ ensemble: 2, network: "cnn-small", maxSteps: 1 }, { shape: gray });
    expect(model.header.pictures).toMatchObject({ shape: gray, fit: "stretch" });
    const { values, spread } = await predictPictures(model, { images, table, cache: null });
    expect([values.length, spread!.length]).toEqual([count, count]);
  });
});

describe.skipIf(!sharp)("evaluatePictures", () => {
  test("gives the errors of the predictions, as computed by hand", async () => {
    const { model } = await run();
    const { values } = await predictPictures(model, { images, table, cache: null });
    const errors = Array.from(values, (value, i) => value - angleOf(i));
    const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b) / numbers.length;
    const { metrics, rows, skipped, targets } = await evaluatePictures(model, { images, table, cache: null });
    expect({ rows, skipped }).toEqual({ rows: count, skipped: 0 });
    // Sums of 20 numbers: errors of some 20 eps.
    expect(metrics.rmse).toBeCloseTo(Math.sqrt(mean(errors.map((error) => error ** 2))), 10);
    expect(metrics.mae).toBeCloseTo(mean(errors.map(Math.abs)), 10);
    expect(targets.map(({ name }) => name)).toEqual(["angle"]);
  });

  test("leaves out rows without a label, and says which", async () => {
    const { model } = await run();
    const holes = parseTable("name,angle\n0.png,1\n1.png,\n2.png,3\n", "holes.csv");
    const evaluation = await evaluatePictures(model, { images, table: holes, cache: null });
    expect(evaluation).toMatchObject({ rows: 2, skipped: 1, unlabelled: ["1.png"], faults: [] });
  });

  test("needs labels", async () => {
    const { model } = await run();
    const bare = parseTable("name\n0.png\n1.png\n", "bare.csv");
    expect(await fault(evaluatePictures(model, { images, table: bare, cache: null }))).toContain(
      'bare.csv: has no column "angle"',
    );
  });
});

describe.skipIf(!sharp)("what does not fit", () => {
  test("a model of pictures refuses tables and arrays", async () => {
    const { model } = await run({ maxSteps: 1 });
    expect(() => predictTable(model, table)).toThrow(
      "angles.csv: holds no pictures, to which the model was fitted; use predictPictures, or --images on the command line",
    );
    expect(() => evaluateTable(model, table)).toThrow("angles.csv: holds no pictures");
    expect(await fault(model.predict([[1, 2]]))).toContain("inputs: holds no pictures");
  });

  test("a model of a table refuses pictures", async () => {
    const model = await fit(
      names.map((_, i) => [i]),
      names.map((_, i) => angleOf(i)),
      { hidden: [2], maxSteps: 1 },
    );
    const message =
      "model: was fitted to a table, not to pictures; use predictTable, or leave out --images on the command line";
    expect(await fault(predictPictures(model, { images, table }))).toBe(message);
    expect(await fault(evaluatePictures(model, { images, table }))).toBe(message);
  });

  test("hidden layers are refused", async () => {
    expect(await fault(run({ hidden: [4] }))).toBe(
      "options.hidden: a network of pictures has more than hidden layers; give a network, by name or as docs/networks.md says",
    );
  });
});

describe.skipIf(!sharp)("bad pictures", () => {
  const withBad = [...names.slice(0, 7), "bad.png", "none.png", ...names.slice(7)];

  test("are in no part of the split where they are skipped", async () => {
    const bad = { table: tableOf(withBad), badImages: "skip" as const };
    const { split, rows, model } = await run({ maxSteps: 1 }, bad);
    const all = [...split.train, ...split.validation, ...split.test].sort((a, b) => a - b);
    expect(all).toEqual(withBad.map((_, i) => i).filter((i) => i !== 7 && i !== 8));
    expect([...rows]).toEqual(all);
    const predicted = await predictPictures(model, { images, ...bad, cache: null });
    expect(predicted.files).toEqual(withBad);
    expect([...predicted.rows]).toEqual(all);
    expect(predicted.faults.map(({ file }) => file)).toEqual(["bad.png", "none.png"]);
    const evaluation = await evaluatePictures(model, { images, ...bad, cache: null });
    expect(evaluation).toMatchObject({ rows: count, skipped: 0, unlabelled: [] });
    expect(evaluation.faults).toEqual(predicted.faults);
  });

  test("end it where they are not", async () => {
    const message = await fault(run({}, { table: tableOf(["bad.png", ...names]) }));
    expect(message).toMatch(/^F\/pictures: 1 of 21 pictures can't be used:\n {2}bad\.png: /);
  });
});

describe.skipIf(!sharp)("split", () => {
  test("in blocks: the last rows test, those before them validate", async () => {
    const { split } = await run({ maxSteps: 1, split: "blocks", test: 0.2, validation: 0.25 });
    const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
    expect([...split.train]).toEqual(range(0, 12));
    expect([...split.validation]).toEqual(range(12, 16));
    expect([...split.test]).toEqual(range(16, 20));
  });
});

describe.skipIf(!sharp)("an AbortSignal", () => {
  test("ends the decoding with its reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    let done = 0;
    const work = run(
      { signal: controller.signal },
      {
        concurrency: 1,
        onProgress: (progress) => {
          done = progress.done;
          controller.abort(reason);
        },
      },
    );
    await expect(work).rejects.toBe(reason);
    expect(done).toBe(1);
  });

  test("ends the training; what there is is kept", async () => {
    const controller = new AbortController();
    const { model } = await run({
      maxSteps: 10_000,
      patience: 10_000,
      signal: controller.signal,
      onEpoch: ({ step }) => {
        if (step > 0) controller.abort();
      },
    });
    expect(model.report.stop.reason).toBe("aborted");
    expect(model.report.steps).toBeLessThan(10);
    expect(model.parameters.every(Number.isFinite)).toBe(true);
  });
});

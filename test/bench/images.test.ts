import { describe, expect, test } from "vitest";
import type { Row } from "../../bench/benchmark.ts";
import { drawPictures } from "../../bench/images/figure.ts";
import { type ImagesSettings, runTask } from "../../bench/images/images.ts";
import { pictureSettings } from "../../bench/images/methods.ts";
import { measuredRows, measurePictures } from "../../bench/images/picture-errors.ts";
import { openPictureRun, type PicturePoint, type PictureRun } from "../../bench/images/picture-run.ts";
import { bestOf, firstWithin, race } from "../../bench/images/race.ts";
import { ridgeOnPixels } from "../../bench/images/ridge.ts";
import { rotatePicture } from "../../bench/images/rotate.ts";
import { chooseRuns, ratioRows, runRows } from "../../bench/images/rows.ts";
import { blocks, type Pictures, turnPictures } from "../../bench/images/tasks.ts";
import { memoryImages } from "../../src/data/images/image-source.ts";
import { selectKernels } from "../../src/kernels/select-kernels.ts";
import { smallConvolutionalNetwork } from "../../src/network/architectures.ts";
import { seededRandom } from "../../src/random/random.ts";

const side = 10;
const settings: Omit<ImagesSettings, "tasks"> = {
  network: "cnn-small",
  kernels: "wasm",
  threads: 1,
  seed: 3,
  seconds: 0,
  slices: 2,
};

/** Blurred bars through the middle, turned by the angle that is to be found: all of it is in the picture. */
function drawBars(): Pictures {
  const bar = Uint8Array.from({ length: side * side }, (_, i) => 255 * Math.exp(-(((i % side) - 4.5) ** 2)));
  const bars = new Uint8Array(160 * side * side);
  for (let i = 0; i < 160; i++) bars.set(bar, i * side * side);
  const source = memoryImages({ height: side, width: side, channels: 1 }, bars);
  return { ...turnPictures(source, 160, 5), ...blocks([100, 30, 30]) };
}

function noise(seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: side * side }, () => 256 * random());
}

describe("a turned picture", () => {
  const pixels = noise(1);
  const turned = (degrees: number) => {
    const out = new Uint8Array(pixels.length);
    rotatePicture(side, degrees, pixels, 0, out, 0);
    return out;
  };

  test("is itself at 0 degrees, and its transpose mirrored at 90", () => {
    expect(turned(0)).toEqual(pixels);
    const quarter = Uint8Array.from(pixels, (_, i) => {
      const [y, x] = [Math.floor(i / side), i % side];
      return pixels[(side - 1 - x) * side + y]!;
    });
    // A cosine of 6e-17 in place of 0: pixels on the edge are off by less than a rounding.
    expect(turned(90)).toEqual(quarter);
  });

  test("is turned further by the sum of two angles, where it is smooth", () => {
    const smooth = Uint8Array.from({ length: 784 }, (_, i) => {
      const [y, x] = [Math.floor(i / 28) - 13.5, (i % 28) - 13.5];
      return 255 * Math.exp(-((y - 3) ** 2 + x ** 2 / 4) / 20);
    });
    const turn = (from: Uint8Array, degrees: number) => {
      const out = new Uint8Array(784);
      rotatePicture(28, degrees, from, 0, out, 0);
      return out;
    };
    const [once, twice] = [turn(smooth, 30), turn(turn(smooth, 10), 20)];
    // Bilinear interpolation is off by at most (|f_uu| + |f_vv|) / 8 ≤ 255 (1/10 + 1/40) / 8 = 4 for each turn,
    // and rounding by 1/2: three turns.
    for (let i = 0; i < 784; i++) expect(Math.abs(once[i]! - twice[i]!)).toBeLessThan(13.5);
    expect(Math.max(...once.map((value, i) => Math.abs(value - smooth[i]!)))).toBeGreaterThan(27);
  });

  test("comes from one seed with its angle", () => {
    const source = memoryImages(
      { height: side, width: side, channels: 1 },
      Uint8Array.from([...noise(1), ...noise(2), ...noise(3)]),
    );
    const [first, again, other] = [
      turnPictures(source, 2, 1),
      turnPictures(source, 2, 1),
      turnPictures(source, 2, 2),
    ];
    expect(again.targets).toEqual(first.targets);
    expect(other.targets).not.toEqual(first.targets);
    for (const angle of first.targets) expect(Math.abs(angle)).toBeLessThanOrEqual(45);
  });
});

describe("errors of pictures", () => {
  test("are those of the rows of each part", () => {
    const pictures = { ...drawBars(), ...blocks([2, 1, 2]), targets: Float64Array.of(0, 0, 0, 0, 0) };
    expect(measurePictures(pictures, Float64Array.of(3, 4, 5, -1, 7))).toEqual({
      trainRmse: Math.sqrt(12.5),
      validationRmse: 5,
      testRmse: 5,
      testMae: 4,
    });
    expect([...measuredRows(pictures)]).toEqual([0, 1, 2, 3, 4]);
  });

  test("of ridge regression are 0 where the target is linear in the pixels", () => {
    const bars = drawBars();
    const pixels = new Uint8Array(160 * side * side);
    bars.images.read(
      Int32Array.from({ length: 160 }, (_, i) => i),
      0,
      160,
      pixels,
    );
    const targets = bars.targets.map((_, i) => pixels[i * side * side + 4]! / 255);
    const errors = ridgeOnPixels(selectKernels("wasm", 1), { ...bars, targets });
    const spread = Math.sqrt(targets.reduce((sum, y) => sum + y * y, 0) / 160);
    // The least penalty, 1e-6 of the mean eigenvalue, shrinks what little is there of the smallest directions.
    expect(errors.testRmse).toBeLessThan(0.05 * spread);
  });
});

/** A run with these validation errors, a second and ten steps apart. */
function runOf(
  method: "gram-gauss-newton" | "adam" | "sgd",
  rate: number,
  errors: readonly number[],
): PictureRun {
  const setting = { ...pictureSettings()[0]!, method, rate };
  const points = errors.map((validationRmse, i): PicturePoint => {
    return { step: 10 * i, seconds: i, trainRmse: 1, validationRmse, testRmse: 2, testMae: 1 };
  });
  return { setting, parameters: 5, bytes: 2 ** 20, points, advance: () => {} };
}

describe("the comparison", () => {
  const ours = runOf("gram-gauss-newton", 1, [9, 5, 3, 2, 1]);
  const adams = [runOf("adam", 1e-3, [9, 8, 7, 6, 5]), runOf("adam", 1e-2, [9, 7, 5, 4, 3])];
  const sgds = [runOf("sgd", 0.1, [9, 9, Number.NaN]), runOf("sgd", 0.01, [9, 8, 6, 5, 4])];
  const results = chooseRuns("steering", "", [ours, ...adams, ...sgds]);

  test("takes the rate of the least validation error at the end, never one that diverged", () => {
    expect(results.chosen).toEqual([ours, adams[1], sgds[1]]);
    expect(bestOf([sgds[0]!, sgds[1]!])).toBe(sgds[1]);
    expect(runRows(results).map(({ chosen }) => chosen)).toEqual(["yes", "no", "yes", "no", "yes"]);
  });

  test("tells when each run first had the error that the best first-order run ended with", () => {
    expect(firstWithin(ours, 3)!.step).toBe(20);
    expect(runRows(results).map(({ secondsToEqual }) => secondsToEqual)).toEqual([2, null, 4, null, null]);
    expect(runRows(results).map(({ validationRmse }) => validationRmse)).toEqual([1, 5, 3, null, 4]);
    expect(ratioRows(results).map(({ timeToEqual }) => timeToEqual)).toEqual([2 / 4, 2 / 4]);
    expect(ratioRows(results).map(({ bestFirstOrder }) => bestFirstOrder)).toEqual(["yes", "no"]);
  });
});

describe("a run on pictures", () => {
  const pictures = drawBars();

  test("learns the angle of a bar, with each method", () => {
    const network = smallConvolutionalNetwork({ shape: [side, side, 1], activation: "silu" });
    const kernels = () => selectKernels("wasm", 1);
    for (const setting of [pictureSettings()[0]!, pictureSettings()[2]!]) {
      const run = openPictureRun({ kernels: kernels(), pictures, network, shift: 0, seed: 1 }, setting);
      // A slice of no time is one step.
      for (let step = 0; step < 60; step++) run.advance(0);
      expect(run.points.map(({ step }) => step)).toEqual(Array.from({ length: 61 }, (_, i) => i));
      // Of 26 degrees without any learning: 90 / √12.
      expect(run.points.at(-1)!.testRmse, setting.method).toBeLessThan(13);
    }
  });

  test("gives a row for each setting and for ridge, and a figure", () => {
    const rows: Row[] = [];
    const task = { name: "bars", unit: "degrees", shift: 1, seconds: 1 };
    const results = runTask(task, pictures, settings, (row) => rows.push(row));
    expect(rows.map(({ method }) => method)).toEqual([
      "ridge on pixels",
      ...pictureSettings().map(({ method }) => method),
    ]);
    expect(new Set(rows.map((row) => Object.keys(row).join())).size).toBe(1);
    for (const row of rows.slice(1)) expect(row.steps).toBe(settings.slices);
    const svg = drawPictures([results]);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  test("that has diverged is left where it is", () => {
    const run = runOf("sgd", 1, [1, Number.NaN]);
    race([{ ...run, advance: () => expect.unreachable() }], 1, 3);
    expect(run.points).toHaveLength(2);
  });
});

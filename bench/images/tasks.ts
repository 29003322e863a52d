import { join } from "node:path";
import { type ImageSource, memoryImages } from "../../src/data/images/image-source.ts";
import { npyImages } from "../../src/data/images/npy-images.ts";
import { readNpy } from "../../src/data/read-npy.ts";
import { readTable } from "../../src/data/read-table.ts";
import { seededRandom, shuffle } from "../../src/random/random.ts";
import { rotatePicture } from "./rotate.ts";

/** Pictures with a number each, and what the rows are for: three blocks, in this order. */
export interface Pictures {
  readonly images: ImageSource;
  /** In the units of the task. */
  readonly targets: Float64Array;
  readonly trainRows: Int32Array;
  /** Choose the learning rates. */
  readonly validationRows: Int32Array;
  readonly testRows: Int32Array;
}

/** A number to be read from pictures. */
export interface PictureTask {
  readonly name: string;
  readonly unit: string;
  /** Pixels by which the pictures of a step are moved at random. */
  readonly shift: number;
  /** Of the steps of a run, if nothing else is asked for. */
  readonly seconds: number;
  load(folder: string, seed: number): Promise<Pictures>;
}

/** Frames of a drive: neighbours are nearly equal, so the parts are blocks in time, the same for each seed. */
const steering: PictureTask = {
  name: "steering",
  unit: "of the angle, -1 to 1",
  shift: 3,
  seconds: 30,
  async load(folder) {
    const place = (file: string) => join(folder, "donkey-steering", file);
    const images = npyImages(await readNpy(place("images_20x40x3.u8.npy.gz")), "images_20x40x3.u8.npy.gz");
    const labels = await readTable(place("labels.csv"), {});
    const angles = labels.columns.find(({ name }) => name === "angle")!.numbers;
    return {
      images,
      targets: angles,
      ...blocks([680, 120, 200]),
    };
  },
};

const mostDegrees = 45;
const digitRows = [4250, 750, 1000] as const;

/** Digits, each turned by an angle of its own. */
const rotation: PictureTask = {
  name: "rotation",
  unit: "degrees",
  shift: 1,
  seconds: 60,
  async load(folder, seed) {
    const file = "images.u8.npy.gz";
    const digits = npyImages(await readNpy(join(folder, "mnist10k", file)), file);
    return {
      ...turnPictures(digits, digitRows[0] + digitRows[1] + digitRows[2], seed),
      ...blocks(digitRows),
    };
  },
};

export const pictureTasks: readonly PictureTask[] = [steering, rotation];

/**
 * Draws `count` square pictures without repetition, and turns each by an angle uniform in ±45 degrees. The file may be
 * sorted by digit, so the order is drawn too.
 */
export function turnPictures(
  source: ImageSource,
  count: number,
  seed: number,
): Pick<Pictures, "images" | "targets"> {
  const random = seededRandom(seed);
  const order = Int32Array.from({ length: source.count }, (_, i) => i);
  shuffle(order, random);
  const size = source.height * source.width;
  const upright = new Uint8Array(count * size);
  source.read(order, 0, count, upright);
  const targets = Float64Array.from({ length: count }, () => mostDegrees * (2 * random() - 1));
  const turned = new Uint8Array(count * size);
  for (let i = 0; i < count; i++)
    rotatePicture(source.height, targets[i]!, upright, i * size, turned, i * size);
  const { height, width } = source;
  return { images: memoryImages({ height, width, channels: 1 }, turned), targets };
}

/** Rows for training, validation and test, one block after the other. */
export function blocks(
  sizes: readonly [number, number, number],
): Pick<Pictures, "trainRows" | "validationRows" | "testRows"> {
  const rows = (start: number, count: number) => Int32Array.from({ length: count }, (_, i) => start + i);
  const [train, validation, test] = sizes;
  return {
    trainRows: rows(0, train),
    validationRows: rows(train, validation),
    testRows: rows(train + validation, test),
  };
}

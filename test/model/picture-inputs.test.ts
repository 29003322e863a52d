import { describe, expect, test } from "vitest";
import { augmentation } from "../../src/data/images/augmentation.ts";
import { measureChannels } from "../../src/data/images/channel-statistics.ts";
import { bytesOf, type ImageShape } from "../../src/data/images/image-shape.ts";
import { memoryImages } from "../../src/data/images/image-source.ts";
import { pictureInputs } from "../../src/model/picture-inputs.ts";
import { seedRandom } from "../../src/random/random.ts";
import { pattern } from "../data/images/pictures.ts";

const shape: ImageShape = { height: 3, width: 4, channels: 3 };
const size = bytesOf(shape);
const count = 6;
const pixels = Uint8Array.from(
  Array.from({ length: count }, (_, i) => [...pattern(i, shape.height, shape.width, shape.channels)]).flat(),
);
const source = memoryImages(shape, pixels);
const all = Int32Array.from({ length: count }, (_, i) => i);
const channels = measureChannels(source, all);

/** What a pixel becomes. */
const standardized = (picture: number, i: number) =>
  (pixels[picture * size + i]! - channels.mean[i % 3]!) / channels.deviation[i % 3]!;

/** The pixel that stands where pixel i of a mirrored picture does. */
function mirrored(i: number): number {
  const { width, channels: c } = shape;
  const [row, column] = [Math.floor(i / (width * c)), Math.floor(i / c) % width];
  return (row * width + (width - 1 - column)) * c + (i % c);
}

/** Examples 1, 3 and 4 of those in rows 5, 0, 2, 1, 4 of the source. */
const places = Int32Array.of(5, 0, 2, 1, 4);
const chosen = Int32Array.of(0, 1, 3, 4);
const rowsOfSource = [0, 1, 4];

describe("gather", () => {
  test.each([size, size + 5])("standardizes pictures, written %i numbers apart", (stride) => {
    const data = new Float64Array(3 * stride).fill(-99);
    pictureInputs(source, places, channels, null).gather(chosen, 1, 3, { data, stride });
    for (const [k, row] of rowsOfSource.entries()) {
      const from = data.subarray(k * stride, (k + 1) * stride);
      // Both divide once: no digit differs.
      expect([...from.subarray(0, size)]).toEqual(
        Array.from({ length: size }, (_, i) => standardized(row, i)),
      );
      expect(from.subarray(size).every((value) => value === -99)).toBe(true);
    }
  });

  test("takes batches of any size, one after the other", () => {
    const inputs = pictureInputs(source, all, channels, null);
    for (const batch of [1, 6, 2]) {
      const data = new Float64Array(batch * size);
      inputs.gather(all, 0, batch, { data, stride: size });
      expect(data[(batch - 1) * size]).toBe(standardized(batch - 1, 0));
    }
  });

  test("can't change anything where no changes were asked for", () => {
    expect(pictureInputs(source, all, channels, null).vary).toBeUndefined();
  });
});

describe("vary", () => {
  const scales = [
    { mean: 7, deviation: 2.5 },
    { mean: -0.25, deviation: 0.5 },
  ];
  /** In their own units, examples × 2. */
  const own = Array.from({ length: 2 * count }, (_, i) => 0.3 * i - 1);
  const standard = (value: number, k: number) => (value - scales[k]!.mean) / scales[k]!.deviation;

  function varied(flipNegates: boolean, seed: number) {
    const data = new Float64Array(count * size);
    const targets = Float64Array.from(own, (value, i) => standard(value, i % 2));
    const inputs = pictureInputs(source, all, channels, {
      augmentation: augmentation(shape, { flip: true, flipNegates }),
      random: seedRandom(seed),
      centers: scales.map(({ mean, deviation }) => mean / deviation),
    });
    inputs.vary!(all, 0, count, { data, stride: size }, targets);
    const isMirrored = Array.from({ length: count }, (_, row) => {
      const found = [...data.subarray(row * size, (row + 1) * size)];
      const plain = Array.from({ length: size }, (_, i) => standardized(row, i));
      const other = Array.from({ length: size }, (_, i) => standardized(row, mirrored(i)));
      // One of both: else it is neither.
      expect([plain, other]).toContainEqual(found);
      return found[0] === other[0];
    });
    return { targets, isMirrored };
  }

  test("gives mirrored pictures the target of the other sign, standardized", () => {
    const { targets, isMirrored } = varied(true, 1);
    expect(new Set(isMirrored)).toEqual(new Set([true, false]));
    for (const [i, value] of own.entries()) {
      const expected = standard(isMirrored[Math.floor(i / 2)] ? -value : value, i % 2);
      // A few roundings of numbers below 10, whose eps is 2e-15.
      expect(Math.abs(targets[i]! - expected)).toBeLessThan(1e-14);
    }
  });

  test("leaves targets as they are where a mirrored picture means the same", () => {
    const { targets, isMirrored } = varied(false, 1);
    expect(isMirrored).toContain(true);
    expect([...targets]).toEqual(own.map((value, i) => standard(value, i % 2)));
  });

  test("changes the same for the same seed, and leaves the source alone", () => {
    const before = pixels.slice();
    expect(varied(true, 4)).toEqual(varied(true, 4));
    const patterns = Array.from({ length: 5 }, (_, seed) => varied(true, seed).isMirrored.join());
    expect(new Set(patterns).size).toBeGreaterThan(1);
    expect(pixels).toEqual(before);
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, test } from "vitest";
import { cacheFolder } from "../../../src/data/images/cache-place.ts";
import type { ImageProgress } from "../../../src/data/images/decode-images.ts";
import { bytesOf, type ImageShape } from "../../../src/data/images/image-shape.ts";
import type { ImageSource } from "../../../src/data/images/image-source.ts";
import { type ImageSet, openImages, openImagesDefaults } from "../../../src/data/images/open-images.ts";
import { bundleSource } from "../../programs/bundle-source.ts";
import { encode, pattern, sharp, temporaryFolder, writeInto } from "./pictures.ts";

const root = temporaryFolder();
const shape: ImageShape = { height: 12, width: 16, channels: 3 };

let made = 0;

/** A folder of n PNG pictures, each with its pattern, and a folder for its cache. */
async function makeSet(n: number): Promise<{ folder: string; cache: string; files: string[] }> {
  const base = join(root, `set${made++}`);
  const files = Array.from({ length: n }, (_, i) => `${i}.png`);
  for (const [i, file] of files.entries()) writeInto(join(base, "pictures"), file, await encode("png", i));
  return { folder: join(base, "pictures"), cache: join(base, "cache"), files };
}

function allOf(source: ImageSource): Uint8Array {
  const out = new Uint8Array(source.count * bytesOf(source));
  source.read(
    Int32Array.from({ length: source.count }, (_, i) => i),
    0,
    source.count,
    out,
  );
  return out;
}

const patterns = (numbers: readonly number[]) =>
  Uint8Array.from(numbers.flatMap((number) => [...pattern(number, 12, 16, 3)]));

const imagesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);

describe.skipIf(!sharp)("openImages", () => {
  test("brings all pictures to one shape, in the order of the files", async () => {
    const { folder, files } = await makeSet(5);
    const order = files.toReversed();
    const { source, usable, faults, cacheFile, notes } = await openImages(folder, order, {
      shape,
      cache: null,
    });
    expect(source).toMatchObject({ count: 5, ...shape });
    expect(allOf(source)).toEqual(patterns([4, 3, 2, 1, 0]));
    expect([...usable]).toEqual([0, 1, 2, 3, 4]);
    expect({ faults, cacheFile }).toEqual({ faults: [], cacheFile: null });
    expect(notes).toEqual(["5 pictures of 12 × 16 × 3, 0.0029 MB: not kept for the next time"]);
  });

  test("takes one picture only", async () => {
    const { folder, cache, files } = await makeSet(1);
    for (const memoryLimit of [0, 1e9])
      expect(allOf((await openImages(folder, files, { shape, cache, memoryLimit })).source)).toEqual(
        patterns([0]),
      );
  });

  test("keeps the pictures in a cache file, and takes them from there without decoding", async () => {
    const { folder, cache, files } = await makeSet(4);
    const first = await openImages(folder, files, { shape, cache });
    const [name] = readdirSync(cache);
    expect(readdirSync(cache)).toEqual([name]);
    expect(name).toMatch(/^pictures-12x16x3-[0-9a-f]{16}\.images$/);
    expect(first.cacheFile).toBe(join(cache, name!));
    expect(first.notes[0]).toContain(`kept in ${first.cacheFile} for the next time`);
    let decoded = 0;
    const second = await openImages(folder, files, { shape, cache, onProgress: () => decoded++ });
    expect(decoded).toBe(0);
    expect(second.notes).toEqual([`4 pictures of 12 × 16 × 3, 0.0023 MB: taken from ${first.cacheFile}`]);
    expect(allOf(second.source)).toEqual(allOf(first.source));
  });

  /** Opens again, and tells how many pictures were decoded. */
  async function again(
    folder: string,
    files: string[],
    cache: string,
    more = {},
  ): Promise<[number, ImageSet]> {
    let decoded = 0;
    const set = await openImages(folder, files, { shape, cache, onProgress: () => decoded++, ...more });
    return [decoded, set];
  }

  test("makes the cache anew after a picture has changed", async () => {
    const { folder, cache, files } = await makeSet(3);
    await again(folder, files, cache);
    writeInto(folder, "1.png", await encode("png", 9));
    const [decoded, { source }] = await again(folder, files, cache);
    expect(decoded).toBe(3);
    expect(allOf(source)).toEqual(patterns([0, 9, 2]));
    expect(readdirSync(cache).length).toBe(1);
    expect((await again(folder, files, cache))[0]).toBe(0);
  });

  test("makes it anew where only a time has changed, or files, shape or fit", async () => {
    const { folder, cache, files } = await makeSet(3);
    await again(folder, files, cache);
    utimesSync(join(folder, "2.png"), 1e9, 1e9);
    expect((await again(folder, files, cache))[0]).toBe(3);
    expect((await again(folder, files.slice(1), cache))[0]).toBe(2);
    expect((await again(folder, files.toReversed(), cache))[0]).toBe(3);
    expect((await again(folder, files, cache, { fit: "pad" }))[0]).toBe(3);
    expect((await again(folder, files, cache, { shape: { ...shape, channels: 1 } }))[0]).toBe(3);
    expect((await again(folder, files, cache))[0]).toBe(0);
  });

  test.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ["is empty", () => new Uint8Array(0)],
    ["ends in its header", (bytes) => bytes.slice(0, 40)],
    ["ends in its pictures", (bytes) => bytes.slice(0, 500)],
    ["ends with its pictures", (bytes) => bytes.slice(0, -2)],
    ["ends in its last part", (bytes) => bytes.slice(0, -1)],
    ["belongs to other pictures", (bytes) => bytes.with(20, bytes[20]! ^ 1)],
    ["is another file", () => new TextEncoder().encode("x".repeat(5000))],
  ])("makes a cache file anew that %s", async (_, change) => {
    const { folder, cache, files } = await makeSet(2);
    const { cacheFile } = await openImages(folder, files, { shape, cache });
    const good = Uint8Array.from(readFileSync(cacheFile!));
    writeFileSync(cacheFile!, change(good));
    const [decoded, { source }] = await again(folder, files, cache);
    expect(decoded).toBe(2);
    expect(allOf(source)).toEqual(patterns([0, 1]));
    expect(Uint8Array.from(readFileSync(cacheFile!))).toEqual(good);
  });

  test("gives the same bytes, and the same cache file, from memory and from the file", async () => {
    const { folder, cache, files } = await makeSet(6);
    writeInto(folder, "3.png", "");
    const options = { shape, badImages: "skip" } as const;
    const inMemory = await openImages(folder, files, { ...options, cache });
    const streamed = await openImages(folder, files, { ...options, cache: `${cache}2`, memoryLimit: 0 });
    const reopened = await openImages(folder, files, { ...options, cache, memoryLimit: 0 });
    const bytes = allOf(inMemory.source);
    expect(allOf(streamed.source)).toEqual(bytes);
    expect(allOf(reopened.source)).toEqual(bytes);
    expect(readFileSync(streamed.cacheFile!)).toEqual(readFileSync(inMemory.cacheFile!));
    expect(streamed.notes[0]).toMatch(/kept in .*, and read from there$/);
    for (const { source, usable, faults } of [inMemory, streamed, reopened]) {
      expect([...usable]).toEqual([0, 1, 2, 4, 5]);
      expect(faults).toEqual([{ row: 3, file: "3.png", fault: "is empty, 0 bytes" }]);
      source.close();
    }
    expect(bytes.subarray(3 * bytesOf(shape), 4 * bytesOf(shape)).every((byte) => byte === 0)).toBe(true);
  });

  test("refuses a set that is too large for the memory where there is no cache", async () => {
    const { folder, files } = await makeSet(2);
    await expect(openImages(folder, files, { shape, cache: null, memoryLimit: 1000 })).rejects.toThrow(
      `${folder}: needs 0.0012 MB for its pictures, more than the limit of 0.0010 MB, and has no cache file to read them from; give a folder for the cache, a smaller size, or a higher limit`,
    );
  });

  test("stops at bad pictures, naming ten and counting all; or leaves them out", async () => {
    const { folder, cache, files } = await makeSet(14);
    const cut = readFileSync(join(folder, "0.png")).subarray(0, 60);
    for (let i = 0; i < 11; i++) writeInto(folder, `${i}.png`, i === 0 ? cut : "");
    const stopped = openImages(folder, files, { shape, cache });
    await expect(stopped).rejects.toMatchObject({ name: "DataError", code: "bad-images" });
    const lines = (await stopped.catch(String)).toString().replace("DataError: ", "").split("\n");
    expect(lines[0]).toBe(`${folder}: 11 of 14 pictures can't be used:`);
    expect(lines[1]).toMatch(/^ {2}0\.png: can't be decoded, it looks like a PNG image \(/);
    expect(lines.slice(2, 11)).toEqual(
      Array.from({ length: 9 }, (_, i) => `  ${i + 1}.png: is empty, 0 bytes`),
    );
    expect(lines.slice(11)).toEqual([
      "  and 1 more",
      'mend them, or leave them out with badImages "skip", on the command line --bad-images skip',
    ]);
    // What was decoded is not lost.
    const [decoded, { usable, notes }] = await again(folder, files, cache, { badImages: "skip" });
    expect(decoded).toBe(0);
    expect([...usable]).toEqual([11, 12, 13]);
    expect(notes[1]).toContain("11 of 14 pictures can't be used:");
  });

  test("names missing pictures before it decodes any; a picture that comes back is taken", async () => {
    const { folder, cache, files } = await makeSet(2);
    const listed = [...files, "naïve 🌊.png"];
    let decoded = 0;
    await expect(openImages(folder, listed, { shape, cache, onProgress: () => decoded++ })).rejects.toThrow(
      "1 of 3 pictures can't be used:\n  naïve 🌊.png: there is no such file; check the path",
    );
    expect(decoded).toBe(0);
    const skipped = await openImages(folder, listed, { shape, cache, badImages: "skip" });
    expect([...skipped.usable]).toEqual([0, 1]);
    writeInto(folder, "naïve 🌊.png", await encode("png", 5));
    expect(allOf((await openImages(folder, listed, { shape, cache })).source)).toEqual(patterns([0, 1, 5]));
  });

  test("refuses a set without a single good picture, and one without files", async () => {
    const { folder, files } = await makeSet(1);
    writeInto(folder, "0.png", "no picture");
    const options = { shape, cache: null, badImages: "skip" } as const;
    await expect(openImages(folder, files, options)).rejects.toThrow(
      "none is left; check the folder and the names",
    );
    await expect(openImages(folder, [], options)).rejects.toThrow(`${folder}: has no pictures to read`);
  });

  test("tells how far it is", async () => {
    const { folder, files } = await makeSet(9);
    writeInto(folder, "4.png", "");
    const seen: ImageProgress[] = [];
    const onProgress = (progress: ImageProgress) => seen.push(progress);
    await openImages(folder, files, { shape, cache: null, badImages: "skip", onProgress });
    expect(seen.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const { done, total, seconds, secondsLeft } of seen)
      expect([total, secondsLeft]).toEqual([9, (seconds / done) * (9 - done)]);
    expect(seen.at(-1)).toMatchObject({ bad: 1, secondsLeft: 0 });
  });

  test.each([0, 1e9])(
    "ends when it is told to, and leaves nothing (memory limit %i)",
    async (memoryLimit) => {
      const { folder, cache, files } = await makeSet(30);
      const controller = new AbortController();
      const reason = new Error("enough");
      let done = 0;
      const onProgress = () => {
        if (++done === 3) controller.abort(reason);
      };
      const options = { shape, cache, memoryLimit, onProgress, signal: controller.signal };
      await expect(openImages(folder, files, options)).rejects.toBe(reason);
      // Those that had begun at the third picture are finished.
      expect(done).toBeLessThan(30);
      expect(imagesIn(cache)).toEqual([]);
      await expect(openImages(folder, files, options)).rejects.toBe(reason);
    },
  );

  test("refuses a place for the cache that was asked for and can't be written", async () => {
    const { folder, files } = await makeSet(1);
    const path = writeInto(root, "a-file", "");
    await expect(openImages(folder, files, { shape, cache: path })).rejects.toThrow(
      `${path}: is a file where a folder belongs; give another place`,
    );
  });

  test("goes on without a cache where the user's folder can't be written", async () => {
    const { folder, files } = await makeSet(1);
    const old = process.env.XDG_CACHE_HOME;
    process.env.XDG_CACHE_HOME = writeInto(root, "no-folder", "");
    try {
      const { source, cacheFile, notes } = await openImages(folder, files, { shape });
      expect(allOf(source)).toEqual(patterns([0]));
      expect(cacheFile).toBeNull();
      expect(notes[0]).toMatch(/not kept for the next time \(.*no-folder.gramian: .*\)$/);
      await expect(openImages(folder, files, { shape, memoryLimit: 0 })).rejects.toThrow("has no cache file");
    } finally {
      if (old === undefined) delete process.env.XDG_CACHE_HOME;
      else process.env.XDG_CACHE_HOME = old;
    }
  });

  test("removes what killed runs left in the folder for caches, once it is a day old", async () => {
    const { folder, cache, files } = await makeSet(1);
    mkdirSync(cache);
    const [old, young] = [join(cache, ".gramian-1.tmp"), join(cache, ".gramian-2.tmp")];
    for (const path of [old, young]) writeFileSync(path, "");
    utimesSync(old, new Date(), new Date(Date.now() - 2 * 24 * 3600 * 1000));
    await openImages(folder, files, { shape, cache });
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  });

  /** Prepares pictures, and stands still after five. */
  const preparation = (module: string, folder: string, cache: string, files: readonly string[]) => `
    import { writeSync } from "node:fs";
    import { openImages } from ${JSON.stringify(module)};
    const shape = { height: 300, width: 300, channels: 3 };
    const options = { shape, cache: ${JSON.stringify(cache)}, memoryLimit: 0, concurrency: 1 };
    await openImages(${JSON.stringify(folder)}, ${JSON.stringify(files)}, {
      ...options,
      onProgress: ({ done }) => {
        if (done < 5) return;
        // Not console.log, which may wait for the loop that stands still.
        writeSync(1, "five are written\\n");
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      },
    });`;

  const bundledModule = bundleSource("data/images/open-images.ts");

  test("leaves no half cache when it is killed", async () => {
    const { folder, cache, files } = await makeSet(40);
    const module = await bundledModule;
    const child = spawn(
      process.execPath,
      ["--input-type=module", "--eval", preparation(module, folder, cache, files)],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let found: string[] = [];
    for await (const _ of createInterface({ input: child.stdout })) {
      found = imagesIn(cache);
      child.kill("SIGKILL");
    }
    if (child.signalCode === null) await once(child, "exit");
    expect(child.signalCode).toBe("SIGKILL");
    expect(found).toEqual([expect.stringMatching(/^\.gramian-.*\.tmp$/)]);
    expect(imagesIn(cache).filter((name) => name.endsWith(".images"))).toEqual([]);
    const size = { ...shape, height: 300, width: 300 };
    const [decoded, { cacheFile }] = await again(folder, files, cache, { shape: size, memoryLimit: 0 });
    expect(decoded).toBe(40);
    // No bad pictures: the last part is "[]".
    expect(statSync(cacheFile!).size).toBe(64 + 40 * bytesOf(size) + 2);
  });
});

test("caches belong where the system keeps them", async () => {
  const home = "/home/me";
  const place = (platform: string, environment = {}) => cacheFolder({ platform, home, environment });
  expect(await place("linux")).toBe("/home/me/.cache/gramian");
  expect(await place("linux", { XDG_CACHE_HOME: "/fast" })).toBe("/fast/gramian");
  expect(await place("darwin")).toBe("/home/me/Library/Caches/gramian");
  expect(await place("win32", { LOCALAPPDATA: "/local" })).toBe("/local/gramian/cache");
  expect(openImagesDefaults.cache).toBe("auto");
});

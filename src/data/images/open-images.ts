import { DataError } from "../../errors.ts";
import { type BadImages, judgeBadImages } from "./bad-images.ts";
import { cacheFolder, cacheName } from "./cache-place.ts";
import type { ImageFit } from "./decode-image.ts";
import type { ImageFault, ImageProgress } from "./decode-images.ts";
import { fingerprintImages } from "./fingerprint-images.ts";
import { matchCache } from "./image-cache.ts";
import { type ImageShape, requireShape } from "./image-shape.ts";
import type { ImageSource } from "./image-source.ts";
import { type ImageJob, loadCached, prepareImages } from "./prepare-images.ts";

/** How pictures are prepared. */
export interface OpenImagesOptions {
  readonly shape: ImageShape;
  readonly fit: ImageFit;
  readonly badImages: BadImages;
  /**
   * Folder for the cache file; "auto": the user's folder for caches, or none where that can't be written; null: none.
   */
  readonly cache: string | "auto" | null;
  /** Bytes of pictures that are held in memory; larger sets are read from the cache file batch by batch. */
  readonly memoryLimit: number;
  /** Pictures that are decoded at the same time; null: the processor's cores, at least 8. */
  readonly concurrency: number | null;
  readonly onProgress?: ((progress: ImageProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const openImagesDefaults: Readonly<Omit<OpenImagesOptions, "shape" | "onProgress" | "signal">> =
  Object.freeze({
    fit: "stretch",
    badImages: "stop",
    cache: "auto",
    memoryLimit: 2 ** 30,
    concurrency: null,
  });

/** Pictures that can be read, and what was found out about them. */
export interface ImageSet {
  /** Row i is file i. The rows of bad pictures are black. */
  readonly source: ImageSource;
  /** Rows of the pictures that can be used, ascending. */
  readonly usable: Int32Array;
  readonly faults: readonly ImageFault[];
  /** The cache file; null where there is none. */
  readonly cacheFile: string | null;
  /** What was found out, for people. */
  readonly notes: readonly string[];
}

/**
 * Brings the pictures of a folder to one shape, once: they are kept in a cache file, which is used again until a
 * file's name, size or time of change differs, or the shape. Node only.
 *
 * @param files Names relative to the folder, or whole paths; a row each.
 * @throws {DataError} If there are no files; if some can't be used and `badImages` is "stop", or none can; if `sharp`
 *   is missing; if the set is too large for the memory and there is no cache.
 * @throws {FileError} If a folder for the cache was given and can't be written.
 * @throws The signal's reason, where it was aborted. No half cache is left.
 */
export async function openImages(
  folder: string,
  files: readonly string[],
  options: Partial<OpenImagesOptions> & Pick<OpenImagesOptions, "shape">,
): Promise<ImageSet> {
  const all = { ...openImagesDefaults, ...options };
  const { shape, fit, badImages, signal } = all;
  requireShape(shape);
  if (files.length === 0)
    throw new DataError("no-images", { file: folder }, "has no pictures to read; check the folder");
  const { resolve } = await import("node:path");
  const paths = files.map((file) => resolve(folder, file));
  const { digest, missing } = await fingerprintImages(paths, files, shape, fit, signal);
  // Before the work: the others take a while.
  judgeBadImages(folder, missing, files.length, badImages);
  const cacheFile = await cacheFileOf(folder, files, all);
  const job: ImageJob = { ...all, folder, paths, names: files, digest, cacheFile };
  const known = cacheFile === null ? null : await matchCache(cacheFile, digest, shape, files);
  const prepared = known ? await loadCached(job, known) : await prepareImages(job);
  return finish(job, prepared);
}

async function cacheFileOf(
  folder: string,
  files: readonly string[],
  { cache, shape, fit }: OpenImagesOptions,
): Promise<string | null> {
  if (cache === null) return null;
  const { join } = await import("node:path");
  return join(cache === "auto" ? await cacheFolder() : cache, await cacheName(folder, files, shape, fit));
}

function finish(
  { folder, names, badImages }: ImageJob,
  { source, faults, cacheFile, note }: Awaited<ReturnType<typeof prepareImages>>,
): ImageSet {
  try {
    const badNote = judgeBadImages(folder, faults, names.length, badImages);
    const bad = new Set(faults.map(({ row }) => row));
    const usable = Int32Array.from(names.keys()).filter((row) => !bad.has(row));
    return { source, usable, faults, cacheFile, notes: badNote === null ? [note] : [note, badNote] };
  } catch (error) {
    source.close();
    throw error;
  }
}

import type { FileHandle } from "node:fs/promises";
import { DataError, FileError } from "../../errors.ts";
import { fileError, requireWritable, writeFileAtomically } from "../../formats/files.ts";
import { removeLeftovers } from "./cache-place.ts";
import { imageDecoder } from "./decode-image.ts";
import { decodeImages, type ImageFault, type PixelSink } from "./decode-images.ts";
import { cacheHeader, cacheTrailer, pixelOffset, readCachedPixels, writePart } from "./image-cache.ts";
import { bytesOf, writeShape } from "./image-shape.ts";
import { type ImageSource, memoryImages } from "./image-source.ts";
import type { OpenImagesOptions } from "./open-images.ts";
import { streamedImages } from "./streamed-images.ts";

/** What is to be prepared. */
export interface ImageJob extends OpenImagesOptions {
  readonly folder: string;
  /** Where the files are, and what messages call them. */
  readonly paths: readonly string[];
  readonly names: readonly string[];
  /** Of what the cache is made from. */
  readonly digest: string;
  readonly cacheFile: string | null;
}

/** Pictures that are ready. */
export interface PreparedImages {
  readonly source: ImageSource;
  readonly faults: readonly ImageFault[];
  readonly cacheFile: string | null;
  /** Where they are now, for people. */
  readonly note: string;
}

/** Uses a cache file that matches. */
export async function loadCached(job: ImageJob, faults: readonly ImageFault[]): Promise<PreparedImages> {
  const cacheFile = job.cacheFile!;
  const source = fitsInMemory(job)
    ? memoryImages(job.shape, await readCachedPixels(cacheFile, bytesNeeded(job)))
    : await streamedImages(cacheFile, pixelOffset, job.shape, job.names.length);
  return { source, faults, cacheFile, note: `${describe(job)}: taken from ${cacheFile}` };
}

/** Decodes all pictures, and writes the cache file. */
export async function prepareImages(job: ImageJob): Promise<PreparedImages> {
  const obstacle = await makeCacheFolder(job);
  if (obstacle && job.cache !== "auto") throw obstacle;
  const cacheFile = obstacle ? null : job.cacheFile;
  if (fitsInMemory(job)) return await prepareInMemory(job, cacheFile, obstacle);
  if (cacheFile === null) throw tooLarge(job, obstacle);
  return await prepareInFile(job, cacheFile);
}

async function prepareInMemory(
  job: ImageJob,
  cacheFile: string | null,
  obstacle: FileError | null,
): Promise<PreparedImages> {
  const size = bytesOf(job.shape);
  const pixels = new Uint8Array(bytesNeeded(job));
  const faults = await decodeAll(job, (row, picture) => pixels.set(picture, row * size));
  const failure = cacheFile === null ? obstacle : await writeCache(job, cacheFile, pixels, faults);
  const place =
    failure || cacheFile === null ? withoutCache(failure) : `kept in ${cacheFile} for the next time`;
  return {
    source: memoryImages(job.shape, pixels),
    faults,
    cacheFile: failure ? null : cacheFile,
    note: `${describe(job)}: ${place}`,
  };
}

function withoutCache(failure: FileError | null): string {
  return failure ? `not kept for the next time (${failure.message})` : "not kept for the next time";
}

/** Why it could not be written, where the place was not asked for. */
async function writeCache(
  job: ImageJob,
  cacheFile: string,
  pixels: Uint8Array,
  faults: readonly ImageFault[],
): Promise<FileError | null> {
  try {
    await writeFileAtomically(cacheFile, async (file) => {
      await writePart(file, pixels, pixelOffset);
      await writeEnds(job, file, faults);
    });
    return null;
  } catch (error) {
    if (job.cache === "auto" && error instanceof FileError) return error;
    throw error;
  }
}

async function prepareInFile(job: ImageJob, cacheFile: string): Promise<PreparedImages> {
  const size = bytesOf(job.shape);
  let faults: readonly ImageFault[] = [];
  await writeFileAtomically(cacheFile, async (file) => {
    // The places of bad pictures stay holes, which read as zeros: black.
    faults = await decodeAll(job, (row, picture) => writePart(file, picture, pixelOffset + row * size));
    await writeEnds(job, file, faults);
  });
  const source = await streamedImages(cacheFile, pixelOffset, job.shape, job.names.length);
  return { source, faults, cacheFile, note: `${describe(job)}: kept in ${cacheFile}, and read from there` };
}

async function writeEnds(job: ImageJob, file: FileHandle, faults: readonly ImageFault[]): Promise<void> {
  await writePart(file, cacheTrailer(faults), pixelOffset + bytesNeeded(job));
  await writePart(file, cacheHeader(job.digest, job.shape, job.names.length), 0);
}

async function decodeAll(job: ImageJob, sink: PixelSink): Promise<readonly ImageFault[]> {
  const { availableParallelism } = await import("node:os");
  const decode = await imageDecoder(job.shape, job.fit);
  const concurrency = job.concurrency ?? Math.max(leastConcurrency, availableParallelism());
  return await decodeImages(job.paths, job.names, decode, sink, { ...job, concurrency });
}

/** While some pictures are read, others are decoded. */
const leastConcurrency = 8;

/** Makes the folder for the cache; returns why it can't be made. */
async function makeCacheFolder({ cacheFile }: ImageJob): Promise<FileError | null> {
  if (cacheFile === null) return null;
  const { mkdir } = await import("node:fs/promises");
  const { dirname } = await import("node:path");
  try {
    await mkdir(dirname(cacheFile), { recursive: true });
    await requireWritable(cacheFile);
    await removeLeftovers(dirname(cacheFile));
    return null;
  } catch (error) {
    return fileError(dirname(cacheFile), error);
  }
}

function bytesNeeded({ names, shape }: ImageJob): number {
  return names.length * bytesOf(shape);
}

function fitsInMemory(job: ImageJob): boolean {
  return bytesNeeded(job) <= job.memoryLimit;
}

function describe(job: ImageJob): string {
  return `${job.names.length} pictures of ${writeShape(job.shape)}, ${megabytes(bytesNeeded(job))}`;
}

function megabytes(bytes: number): string {
  const size = bytes / 1e6;
  return `${size < 100 ? size.toPrecision(2) : Math.round(size)} MB`;
}

function tooLarge(job: ImageJob, obstacle: FileError | null): DataError {
  const why = obstacle ? ` (${obstacle.message})` : "";
  return new DataError(
    "image-memory",
    { file: job.folder },
    `needs ${megabytes(bytesNeeded(job))} for its pictures, more than the limit of ${megabytes(job.memoryLimit)}, and has no cache file to read them from${why}; give a folder for the cache, a smaller size, or a higher limit`,
  );
}

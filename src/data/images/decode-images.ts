import type { ImageDecoder } from "./decode-image.ts";

/** A picture that can't be used. */
export interface ImageFault {
  /** Its row in the list of files. */
  readonly row: number;
  readonly file: string;
  /** Why, for people: "there is no such file; check the path". */
  readonly fault: string;
}

/** How far the work is. */
export interface ImageProgress {
  /** Pictures that are done, and all. */
  readonly done: number;
  readonly total: number;
  /** Of those that are done, the ones that can't be used. */
  readonly bad: number;
  readonly seconds: number;
  /** At the pace until now. */
  readonly secondsLeft: number;
}

export interface DecodeOptions {
  /** Pictures that are decoded at the same time. */
  readonly concurrency: number;
  readonly onProgress?: ((progress: ImageProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Takes the bytes of a row's picture. */
export type PixelSink = (row: number, pixels: Uint8Array) => Promise<void> | void;

/**
 * Decodes files, some at the same time, and hands each picture to `sink` as soon as it is there: in any order. After
 * a failure or an abort no other picture is begun, and those that were begun are waited for.
 *
 * @param paths Where the pictures are.
 * @param names What the faults call them.
 * @returns The pictures that can't be used, by row.
 * @throws What the sink throws; the signal's reason where it was aborted.
 */
export async function decodeImages(
  paths: readonly string[],
  names: readonly string[],
  decode: ImageDecoder,
  sink: PixelSink,
  { concurrency, onProgress, signal }: DecodeOptions,
): Promise<readonly ImageFault[]> {
  const faults: ImageFault[] = [];
  const start = performance.now();
  let next = 0;
  let done = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    while (next < paths.length && !failed) {
      signal?.throwIfAborted();
      const row = next++;
      const { pixels, fault } = await decode(paths[row]!);
      if (pixels) await sink(row, pixels);
      else faults.push({ row, file: names[row]!, fault });
      done++;
      onProgress?.(progressOf(done, paths.length, faults.length, performance.now() - start));
    }
  };
  const workers = Array.from({ length: Math.max(1, concurrency) }, () =>
    work().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  const ends = await Promise.allSettled(workers);
  const failure = ends.find((end) => end.status === "rejected");
  if (failure) throw failure.reason;
  return faults.sort((a, b) => a.row - b.row);
}

function progressOf(done: number, total: number, bad: number, elapsedMs: number): ImageProgress {
  const seconds = elapsedMs / 1000;
  return { done, total, bad, seconds, secondsLeft: (seconds / done) * (total - done) };
}

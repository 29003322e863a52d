import { DataError } from "../../errors.ts";
import type { ImageFault } from "./decode-images.ts";

/** What to do about pictures that are missing or can't be decoded: refuse the set, or leave them out. */
export type BadImages = "stop" | "skip";

/** Pictures that are named in a message; more are counted. */
const namedImages = 10;

/** Names the first ten bad pictures, and counts all: one line each. */
export function describeBadImages(faults: readonly ImageFault[], total: number): string {
  const lines = faults.slice(0, namedImages).map(({ file, fault }) => `  ${file}: ${fault}`);
  const more = faults.length - lines.length;
  const rest = more > 0 ? [`  and ${more} more`] : [];
  return [`${faults.length} of ${total} pictures can't be used:`, ...lines, ...rest].join("\n");
}

/**
 * Decides about bad pictures.
 *
 * @returns A note where they are left out; null where there are none.
 * @throws {DataError} If there are some and `badImages` is "stop", or if no picture is left.
 */
export function judgeBadImages(
  folder: string,
  faults: readonly ImageFault[],
  total: number,
  badImages: BadImages,
): string | null {
  if (faults.length === 0) return null;
  const text = describeBadImages(faults, total);
  const fail = (advice: string) => new DataError("bad-images", { file: folder }, `${text}\n${advice}`);
  if (faults.length === total) throw fail("none is left; check the folder and the names");
  if (badImages === "stop")
    throw fail('mend them, or leave them out with badImages "skip", on the command line --bad-images skip');
  return `${text}\nthey are left out`;
}

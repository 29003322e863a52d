import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";

/** The decoder, which also makes the pictures of the tests; null where it is not installed. */
export const sharp = await import("sharp").then(
  (module) => module.default,
  () => null,
);

if (!sharp) console.log("tests with pictures are skipped: the optional package sharp is not installed");

/** A folder that is gone after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "gramian-images-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file, and the folders on the way. */
export function writeInto(folder: string, name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Pixels that differ: a smooth pattern, which JPEG keeps nearly, other for each number. */
export function pattern(number: number, height: number, width: number, channels: number): Uint8Array {
  return Uint8Array.from({ length: height * width * channels }, (_, i) => {
    const c = i % channels;
    const x = Math.floor(i / channels) % width;
    const y = Math.floor(i / channels / width);
    return (40 * c + 3 * x + 5 * y + 11 * number) % 256;
  });
}

/** A file with a pattern. */
export async function encode(
  format: "jpeg" | "png" | "webp",
  number: number,
  { height = 12, width = 16, channels = 3 as 1 | 3 | 4 } = {},
): Promise<Buffer> {
  const raw = { width, height, channels };
  const picture = sharp!(pattern(number, height, width, channels), { raw });
  // A gray picture would else be written in colors.
  const same = channels === 1 ? picture.toColourspace("b-w") : picture;
  return await same.toFormat(format, format === "webp" ? { lossless: true } : {}).toBuffer();
}

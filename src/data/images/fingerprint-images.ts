import { fileError } from "../../formats/files.ts";
import type { ImageFit } from "./decode-image.ts";
import type { ImageFault } from "./decode-images.ts";
import type { ImageShape } from "./image-shape.ts";

/** What files are, without reading them. */
export interface ImageFingerprint {
  /**
   * SHA-256, hexadecimal, over the files' names, sizes and times of change, in their order, and over the shape that
   * they are brought to.
   */
  readonly digest: string;
  /** Files that are not there, are none, or may not be read, by row. */
  readonly missing: readonly ImageFault[];
}

/** Files that are asked about at the same time. */
const statsAtOnce = 64;

/** Changes with the way in which pictures are decoded, so that no cache of another way is used. */
const decodingVersion = 1;

/** Looks at the files' sizes and times. Node only. */
export async function fingerprintImages(
  paths: readonly string[],
  names: readonly string[],
  shape: ImageShape,
  fit: ImageFit,
  signal?: AbortSignal,
): Promise<ImageFingerprint> {
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  const { height, width, channels } = shape;
  hash.update(JSON.stringify([decodingVersion, height, width, channels, fit, paths.length]));
  const missing: ImageFault[] = [];
  for (let start = 0; start < paths.length; start += statsAtOnce) {
    signal?.throwIfAborted();
    const facts = await Promise.all(paths.slice(start, start + statsAtOnce).map(lookAt));
    for (const [i, { size, mtimeMs, fault }] of facts.entries()) {
      const row = start + i;
      hash.update(`\n${JSON.stringify([names[row], size, mtimeMs])}`);
      if (fault !== null) missing.push({ row, file: names[row]!, fault });
    }
  }
  return { digest: hash.digest("hex"), missing };
}

interface FileFacts {
  readonly size: number;
  readonly mtimeMs: number;
  readonly fault: string | null;
}

async function lookAt(path: string): Promise<FileFacts> {
  const { access, constants, stat } = await import("node:fs/promises");
  try {
    const found = await stat(path);
    if (!found.isFile()) return unusable("is no file");
    // A change of permissions changes neither size nor time: it must change the digest.
    await access(path, constants.R_OK);
    return { size: found.size, mtimeMs: found.mtimeMs, fault: null };
  } catch (error) {
    return unusable(fileError(path, error).message.slice(path.length + 2));
  }
}

function unusable(fault: string): FileFacts {
  return { size: -1, mtimeMs: -1, fault };
}

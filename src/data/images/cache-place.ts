import type { ImageFit } from "./decode-image.ts";
import type { ImageShape } from "./image-shape.ts";

/** The system, as far as it says where caches belong. */
export interface CacheSystem {
  readonly platform: string;
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The folder for caches of this user: below `XDG_CACHE_HOME` or ~/.cache, on macOS below ~/Library/Caches, on Windows
 * below LOCALAPPDATA. Not beside the pictures: their folder may be read-only, shared, or part of an archive.
 */
export async function cacheFolder(system?: CacheSystem): Promise<string> {
  const { join } = await import("node:path");
  const { platform, home, environment } = system ?? (await thisSystem());
  const { XDG_CACHE_HOME, LOCALAPPDATA } = environment;
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, "gramian");
  if (platform === "darwin") return join(home, "Library", "Caches", "gramian");
  if (platform === "win32" && LOCALAPPDATA) return join(LOCALAPPDATA, "gramian", "cache");
  return join(home, ".cache", "gramian");
}

async function thisSystem(): Promise<CacheSystem> {
  const { homedir } = await import("node:os");
  return { platform: process.platform, home: homedir(), environment: process.env };
}

/**
 * The name of a set's cache file, for example "faces-64x64x3-0f3c9a1b2d4e5f60.images". It follows from where the
 * pictures are, which ones, and their shape; not from what is in them: when one changes, its set's file is replaced.
 */
export async function cacheName(
  folder: string,
  names: readonly string[],
  shape: ImageShape,
  fit: ImageFit,
): Promise<string> {
  const { basename, resolve } = await import("node:path");
  const { createHash } = await import("node:crypto");
  const place = resolve(folder);
  const { height, width, channels } = shape;
  const hash = createHash("sha256")
    .update(JSON.stringify([place, fit, names]))
    .digest("hex")
    .slice(0, 16);
  const label =
    basename(place)
      .replace(/[^\p{L}\p{N}_-]+/gu, "-")
      .slice(0, 40) || "images";
  return `${label}-${height}x${width}x${channels}-${hash}.images`;
}

/** Older files than this belong to no run that still writes. */
const leftoverMs = 24 * 3600 * 1000;

/** Removes what runs that were killed while they wrote left in a folder for caches. Never fails. */
export async function removeLeftovers(folder: string): Promise<void> {
  const { readdir, rm, stat } = await import("node:fs/promises");
  const { join } = await import("node:path");
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((other) => /^\.gramian-.*\.tmp$/.test(other))) {
    const path = join(folder, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > leftoverMs) await rm(path, { force: true }).catch(() => {});
  }
}

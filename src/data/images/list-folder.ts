import { DataError } from "../../errors.ts";
import { fileError } from "../../formats/files.ts";

/** What is in a folder; names in order, hidden ones left out. */
export interface FolderContent {
  readonly folders: readonly string[];
  /** JPEG, PNG and WebP by their ending, in upper or lower case. */
  readonly pictures: readonly string[];
  readonly others: readonly string[];
}

const pictureEnding = /\.(jpe?g|png|webp)$/i;

/**
 * Lists a folder; links count as what they lead to. Node only.
 *
 * @throws {FileError} If it is missing, no folder, or may not be read.
 */
export async function listFolder(path: string): Promise<FolderContent> {
  const { readdir } = await import("node:fs/promises");
  try {
    const entries = await readdir(path, { withFileTypes: true });
    const content = { folders: [] as string[], pictures: [] as string[], others: [] as string[] };
    for (const entry of entries.sort((a, b) => compareNames(a.name, b.name))) {
      if (entry.name.startsWith(".")) continue;
      const isFolder = entry.isSymbolicLink() ? await leadsToFolder(path, entry.name) : entry.isDirectory();
      if (isFolder) content.folders.push(entry.name);
      else if (pictureEnding.test(entry.name)) content.pictures.push(entry.name);
      else content.others.push(entry.name);
    }
    return content;
  } catch (error) {
    throw fileError(path, error);
  }
}

/**
 * Checks that pictures can be looked for in a folder. Node only.
 *
 * @throws {FileError} If it is missing. @throws {DataError} If it is a file.
 */
export async function requireFolder(path: string): Promise<void> {
  const { stat } = await import("node:fs/promises");
  const found = await stat(path).catch((error: unknown) => {
    throw fileError(path, error);
  });
  if (!found.isDirectory())
    throw new DataError(
      "no-images",
      { file: path },
      "is a file, where a folder of pictures belongs; give the folder, or a NumPy array, .npy or .npy.gz",
    );
}

async function leadsToFolder(folder: string, name: string): Promise<boolean> {
  const { stat } = await import("node:fs/promises");
  const { join } = await import("node:path");
  return await stat(join(folder, name)).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** The same order on every system, whatever its language; numbers by their value: 9 before 10. */
export function compareNames(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  if (a.trim() !== "" && b.trim() !== "" && x !== y && Number.isFinite(x) && Number.isFinite(y)) return x - y;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

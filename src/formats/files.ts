import type { FileHandle } from "node:fs/promises";
import { FileError, type FileFault } from "../errors.ts";

const facts: Readonly<Record<string, readonly [code: FileFault, text: string]>> = {
  ENOENT: ["missing", "there is no such file; check the path"],
  ENOTDIR: ["folder", "a part of its path is a file, not a folder; check the path"],
  EEXIST: ["folder", "is a file where a folder belongs; give another place"],
  EISDIR: ["directory", "is a folder; give a file"],
  EACCES: ["permission", "no permission; check who may read and write it and its folder"],
  EPERM: ["permission", "no permission; check who may read and write it and its folder"],
  EROFS: ["permission", "the file system is read-only; give another place"],
  ENOSPC: ["space", "the disk is full; free some space or give another place"],
  EDQUOT: ["space", "the disk quota is used up; free some space or give another place"],
  ENAMETOOLONG: ["system", "the name is too long; give a shorter one"],
};

/** Turns an error of the file system into one that says what to do. */
export function fileError(path: string, error: unknown): FileError {
  if (error instanceof FileError) return error;
  const code = (error as { code?: string }).code ?? "";
  const [fault, text] = facts[code] ?? ["system", `can't be used (${code || String(error)})`];
  return new FileError(fault, path, text, error);
}

/**
 * Reads a whole file. Node only.
 *
 * @throws {FileError} If it is missing, a folder, or may not be read.
 */
export async function readFileBytes(path: string): Promise<Uint8Array> {
  const { readFile } = await import("node:fs/promises");
  try {
    return await readFile(path);
  } catch (error) {
    throw fileError(path, error);
  }
}

/** Bytes of a file that are read at once. */
const partSize = 1 << 18;

/** Reads a file part by part, so that it is never whole in memory. Node only. @throws {FileError} As `readFileBytes`. */
export async function* readFileParts(path: string): AsyncGenerator<Uint8Array> {
  const { createReadStream } = await import("node:fs");
  try {
    yield* createReadStream(path, { highWaterMark: partSize });
  } catch (error) {
    throw fileError(path, error);
  }
}

/** What a file shall hold; or what writes it piece by piece, where it is too large for the memory. */
export type FileContent = Uint8Array | string | ((file: FileHandle) => Promise<void>);

/**
 * Writes a file so that at every moment, also after a crash or a full disk, the path holds either the old file or
 * the complete new one: the bytes go to a new file in the same folder, which then takes the name. The old file's
 * permissions are kept, and a symbolic link goes on pointing to the file. Node only.
 *
 * @throws {FileError} As `requireWritable`, or if the disk is full. The new file is removed.
 * @throws What a function that writes the content throws. The new file is removed.
 */
export async function writeFileAtomically(path: string, content: FileContent): Promise<void> {
  const { place, mode } = await requireWritable(path);
  const { rename, rm } = await import("node:fs/promises");
  try {
    // Devices and pipes have no old content to keep, and must not be replaced by a file.
    if (place === null) return await writeDevice(path, content);
    const temporary = await temporaryName(place);
    try {
      await writeAndSync(temporary, content, mode);
      await rename(temporary, place);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncFolder(place);
  } catch (error) {
    throw typeof content === "function" && !isSystemError(error) ? error : fileError(path, error);
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

/** Where a file will stand. */
export interface Destination {
  /** The file's place with symbolic links resolved; null for a device or a pipe. */
  readonly place: string | null;
  /** Permissions of the file that is there; undefined where there is none. */
  readonly mode: number | undefined;
}

/**
 * Checks that a file can be written, before the work whose result it shall hold. Node only.
 *
 * @throws {FileError} If the path is a folder, its folder is missing, or one of them may not be written to.
 */
export async function requireWritable(path: string): Promise<Destination> {
  const { access, constants, realpath, stat } = await import("node:fs/promises");
  const { dirname } = await import("node:path");
  try {
    const old = await unlessMissing(stat(path));
    if (old?.isDirectory()) throw new FileError("directory", path, "is a folder; give the name of a file");
    if (old) await access(path, constants.W_OK);
    if (old && !old.isFile()) return { place: null, mode: undefined };
    const place = old ? await realpath(path) : path;
    const folder = dirname(place);
    const found = await unlessMissing(stat(folder));
    if (!found)
      throw new FileError("folder", path, `there is no folder "${folder}"; create it or give another place`);
    await access(folder, constants.W_OK);
    return { place, mode: old === null ? undefined : old.mode & 0o7777 };
  } catch (error) {
    throw fileError(path, error);
  }
}

async function unlessMissing<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return null;
    throw error;
  }
}

/** A name that no other process uses, in the folder of the file: a rename across file systems is not atomic. */
async function temporaryName(place: string): Promise<string> {
  const { dirname, join } = await import("node:path");
  return join(dirname(place), `.gramian-${globalThis.crypto.randomUUID()}.tmp`);
}

async function writeDevice(path: string, content: FileContent): Promise<void> {
  const { open } = await import("node:fs/promises");
  const file = await open(path, "w");
  await writeContent(file, content).finally(() => file.close());
}

async function writeContent(file: FileHandle, content: FileContent): Promise<void> {
  if (typeof content === "function") await content(file);
  else await file.writeFile(content);
}

async function writeAndSync(path: string, content: FileContent, mode: number | undefined): Promise<void> {
  const { open } = await import("node:fs/promises");
  const file = await open(path, "wx");
  try {
    await writeContent(file, content);
    if (mode !== undefined) await file.chmod(mode);
    // Without it a power failure after the rename may leave an empty file.
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the rename itself last. Some systems can't open a folder: there it is left to them. */
async function syncFolder(place: string): Promise<void> {
  const { open } = await import("node:fs/promises");
  const { dirname } = await import("node:path");
  try {
    const folder = await open(dirname(place), "r");
    await folder.sync().finally(() => folder.close());
  } catch {
    // The file is in place; only its survival of a power failure is up to the system.
  }
}

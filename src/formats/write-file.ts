import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Thrown where a file can't be written. */
export class OutputError extends Error {
  override readonly name = "OutputError";
  readonly code = "output";
}

/**
 * Writes a file all at once: to a neighbor, then over the old one, so that a crash leaves either the old file or
 * the new one. Node only.
 *
 * @throws {OutputError} If the folder is missing or may not be written, or the path is a directory.
 */
export async function writeFileAtomically(path: string, content: Uint8Array | string): Promise<void> {
  await requireWritable(path);
  const neighbor = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}`);
  try {
    const file = await open(neighbor, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(neighbor, path);
  } catch (error) {
    await rm(neighbor, { force: true });
    throw new OutputError(
      `${path}: can't be written (${(error as NodeJS.ErrnoException).code}); check the disk`,
    );
  }
}

/**
 * Checks that a file could be written, before the work that makes its content.
 *
 * @throws {OutputError} As `writeFileAtomically`.
 */
export async function requireWritable(path: string): Promise<void> {
  const there = await stat(path).catch(() => null);
  if (there?.isDirectory()) throw new OutputError(`${path}: is a directory; name a file`);
  // Devices and pipes can't be replaced, and need not be.
  const folder = dirname(path);
  const parent = await stat(folder).catch(() => null);
  if (!parent?.isDirectory()) throw new OutputError(`${path}: there is no folder "${folder}"; make it first`);
  const denied = await access(folder, constants.W_OK).then(
    () => false,
    () => true,
  );
  if (denied)
    throw new OutputError(`${path}: the folder "${folder}" may not be written to; check its permissions`);
}

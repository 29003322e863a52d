/** What is wrong with a path. */
export type FileFault = "missing" | "folder" | "directory" | "permission" | "space" | "system";

/** Thrown where a file can't be read or written. The message says why and what to do. */
export class FileError extends Error {
  override readonly name = "FileError";
  readonly code: FileFault;
  readonly path: string;

  constructor(code: FileFault, path: string, text: string, cause?: unknown) {
    super(`${path}: ${text}`, { cause });
    this.code = code;
    this.path = path;
  }
}

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

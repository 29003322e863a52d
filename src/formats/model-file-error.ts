/**
 * What is wrong with the bytes of a model file.
 *
 *     empty       no bytes
 *     foreign     another kind of file
 *     newer       a format that this version does not read
 *     truncated   fewer bytes than were written
 *     altered     other bytes than were written
 *     header      the description of the model is not what a model has
 */
export type ModelFileFault = "empty" | "foreign" | "newer" | "truncated" | "altered" | "header";

/** Thrown where bytes are not a model that this version reads. The message says what they are and what to do. */
export class ModelFileError extends Error {
  override readonly name = "ModelFileError";
  readonly code: ModelFileFault;
  /** Name of the file. */
  readonly file: string;

  constructor(code: ModelFileFault, file: string, text: string) {
    super(`${file}: ${text}`);
    this.code = code;
    this.file = file;
  }
}

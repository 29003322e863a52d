/*
 * The model file
 *
 *     8 bytes    "GRAMIAN\n"
 *     4          version of the format, little-endian, as all numbers
 *     4          length of the header
 *     header     JSON in UTF-8, padded with spaces so that the numbers begin at a multiple of 8
 *     8 p        parameters, float64: float32 networks keep their values exactly
 *     32         SHA-256 of everything before
 */

const magic = "GRAMIAN\n";

/** Version that this program writes, and the newest that it reads. */
export const formatVersion = 1;

const prefixBytes = 16;
const digestBytes = 32;

/** What a model file holds. */
export interface ModelFile<Header = unknown> {
  /** Plain data. */
  readonly header: Header;
  readonly parameters: Float64Array;
}

/** Thrown where bytes are no whole model file; says what is wrong. */
export class ModelFileError extends Error {
  override readonly name = "ModelFileError";
  readonly code: "empty" | "foreign" | "truncated" | "altered" | "version" | "header";

  constructor(code: ModelFileError["code"], name: string, text: string) {
    super(`${name}: ${text}`);
    this.code = code;
  }
}

/** Writes a model as bytes. */
export async function encodeModel({ header, parameters }: ModelFile): Promise<Uint8Array> {
  const json = new TextEncoder().encode(
    JSON.stringify({ ...(header as object), parameterCount: parameters.length }),
  );
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(prefixBytes + headerBytes + 8 * parameters.length + digestBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic));
  view.setUint32(8, formatVersion, true);
  view.setUint32(12, headerBytes, true);
  bytes.fill(32, prefixBytes, prefixBytes + headerBytes);
  bytes.set(json, prefixBytes);
  for (const [i, value] of parameters.entries())
    view.setFloat64(prefixBytes + headerBytes + 8 * i, value, true);
  bytes.set(await digest(bytes.subarray(0, -digestBytes)), bytes.length - digestBytes);
  return bytes;
}

/**
 * Reads a model from bytes.
 *
 * @param name Of the file, for messages.
 * @throws {ModelFileError} If the bytes are empty, something else, cut short, altered, or from a newer version.
 */
export async function decodeModel(bytes: Uint8Array, name: string): Promise<ModelFile> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  requireMagic(bytes, name);
  const version = bytes.length >= prefixBytes ? view.getUint32(8, true) : 0;
  if (version > formatVersion)
    throw new ModelFileError(
      "version",
      name,
      `is a model file of version ${version}; this program reads up to ${formatVersion}: update it`,
    );
  const headerBytes = bytes.length >= prefixBytes ? view.getUint32(12, true) : 0;
  const start = prefixBytes + headerBytes;
  const count = (bytes.length - start - digestBytes) / 8;
  if (bytes.length < prefixBytes || count < 0) throw truncated(name, bytes.length);
  const expected = await digest(bytes.subarray(0, -digestBytes));
  const header = readHeader(bytes.subarray(prefixBytes, start));
  if (header && typeof header.parameterCount === "number" && count < header.parameterCount)
    throw truncated(name, bytes.length, start + 8 * header.parameterCount + digestBytes);
  if (!expected.every((byte, i) => byte === bytes[bytes.length - digestBytes + i]))
    throw new ModelFileError(
      "altered",
      name,
      "was altered after it was written: its checksum does not fit; use a fresh copy",
    );
  if (!header || count !== header.parameterCount)
    throw new ModelFileError("header", name, "has a header that can't be read; write the model anew");
  const parameters = Float64Array.from({ length: count }, (_, i) => view.getFloat64(start + 8 * i, true));
  return { header, parameters };
}

function truncated(name: string, length: number, wanted?: number): ModelFileError {
  const expected = wanted === undefined ? "" : ` of ${wanted}`;
  return new ModelFileError(
    "truncated",
    name,
    `is cut short: ${length}${expected} bytes; copy or train it again`,
  );
}

function readHeader(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Record<string, unknown>;
  } catch {
    return null;
  }
}

async function digest(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes as BufferSource));
}

function requireMagic(bytes: Uint8Array, name: string): void {
  if (bytes.length === 0) throw new ModelFileError("empty", name, "is empty; give a model file");
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, magic.length));
  if (head === magic) return;
  if (magic.startsWith(head)) throw truncated(name, bytes.length);
  throw new ModelFileError(
    "foreign",
    name,
    `is no model file: it looks like ${guess(bytes)}; models are made by \`gramian train\``,
  );
}

/** What bytes look like, by their beginning. */
function guess(bytes: Uint8Array): string {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, 512));
  if (text.startsWith("PK\x03\x04")) return "a zip file";
  if (text.startsWith("\x1f\x8b")) return "a gzip file";
  if (text.startsWith("\x89PNG")) return "a PNG picture";
  if (text.startsWith("\x89HDF")) return "an HDF5 file";
  if (/^\s*<(!doctype|html)/i.test(text)) return "HTML";
  if (/^\s*[[{]/.test(text)) return "JSON";
  if (/^[\t\n\r\x20-\x7e]*$/.test(text)) return /[,;\t]/.test(text.split("\n")[0]!) ? "a table" : "a text";
  return "other binary data";
}

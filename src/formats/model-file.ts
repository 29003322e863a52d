import { ModelFileError } from "../errors.ts";
import { recognize } from "./recognize.ts";

/*
 * The model file, numbers little-endian
 *
 *     8 bytes     signature: a byte that is no text, "GRM", the line ends that a transfer as text changes
 *     4           format
 *     6           version of gramian that reads this format: three numbers of 2 bytes
 *     2           0
 *     4           length of the header
 *     8           p, the number of parameters
 *     header      a JSON object in UTF-8
 *     8 p         parameters, float64: those of float32 networks are kept exactly, too
 *     32          SHA-256 of everything before
 */

const signature = Uint8Array.of(0x89, 0x47, 0x52, 0x4d, 0x0d, 0x0a, 0x1a, 0x0a);

/** The format that this version writes, and the newest that it reads. */
const format = 1;

/** The first version of gramian that reads this format. */
const readableFrom = [0, 1, 0] as const;

const prefixBytes = 32;
const digestBytes = 32;

/** What a model file holds. */
export interface ModelFile {
  /** Plain data: what JSON can hold. */
  readonly header: object;
  readonly parameters: Float64Array;
}

/** Writes a model as bytes; the same bytes for the same model. */
export async function encodeModel({ header, parameters }: ModelFile): Promise<Uint8Array> {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = prefixBytes + json.length;
  const bytes = new Uint8Array(start + 8 * parameters.length + digestBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(signature);
  view.setUint32(8, format, true);
  for (const [i, part] of readableFrom.entries()) view.setUint16(12 + 2 * i, part, true);
  view.setUint32(20, json.length, true);
  view.setBigUint64(24, BigInt(parameters.length), true);
  bytes.set(json, prefixBytes);
  for (const [i, value] of parameters.entries()) view.setFloat64(start + 8 * i, value, true);
  bytes.set(await digest(bytes.subarray(0, -digestBytes)), bytes.length - digestBytes);
  return bytes;
}

/**
 * Reads a model from bytes.
 *
 * @param name Of the file, for messages.
 * @throws {ModelFileError} If the bytes are none, something else, of a newer format, cut short or altered.
 */
export async function decodeModel(bytes: Uint8Array, name: string): Promise<ModelFile> {
  const refuse = (code: ModelFileError["code"], text: string) => new ModelFileError(code, name, text);
  requireSignature(bytes, refuse);
  if (bytes.length < prefixBytes + digestBytes)
    throw refuse(
      "truncated",
      `has ${bytes.length} bytes where a model has at least ${prefixBytes + digestBytes}; copy it again`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  requireFormat(view, refuse);
  const start = prefixBytes + view.getUint32(20, true);
  const count = Number(view.getBigUint64(24, true));
  const written = start + 8 * count + digestBytes;
  const sizes = `has ${bytes.length} bytes where ${written} were written`;
  if (bytes.length < written) throw refuse("truncated", `${sizes}; it was cut short: copy it again`);
  if (bytes.length > written) throw refuse("altered", `${sizes}; something was appended: copy it again`);
  const expected = await digest(bytes.subarray(0, -digestBytes));
  if (!expected.every((byte, i) => byte === bytes[bytes.length - digestBytes + i]))
    throw refuse(
      "altered",
      "differs from what was written: its checksum does not fit; copy it again from where it was trained",
    );
  return {
    header: readHeader(bytes.subarray(prefixBytes, start), refuse),
    parameters: Float64Array.from({ length: count }, (_, i) => view.getFloat64(start + 8 * i, true)),
  };
}

type Refuse = (code: ModelFileError["code"], text: string) => ModelFileError;

function requireSignature(bytes: Uint8Array, refuse: Refuse): void {
  if (bytes.length === 0) throw refuse("empty", "is empty; give a model that gramian train wrote");
  const begun = bytes.subarray(0, signature.length).every((byte, i) => byte === signature[i]);
  if (begun && bytes.length < signature.length)
    throw refuse(
      "truncated",
      `has ${bytes.length} bytes where a model has at least ${prefixBytes + digestBytes}; copy it again`,
    );
  if (begun) return;
  // A transfer as text turns the first byte into a replacement character, or the line ends into others.
  if (new TextDecoder().decode(bytes.subarray(0, 8)).startsWith("\ufffdGRM"))
    throw refuse("altered", "was changed by a transfer as text; copy it again as binary");
  throw refuse(
    "foreign",
    `is not a gramian model: it looks like ${recognize(bytes)}; give a file that gramian train wrote`,
  );
}

function requireFormat(view: DataView, refuse: Refuse): void {
  const found = view.getUint32(8, true);
  if (found <= format) return;
  const version = [12, 14, 16].map((place) => view.getUint16(place, true)).join(".");
  throw refuse(
    "newer",
    `has format ${found}, and this version reads up to ${format}; use gramian ${version} or later`,
  );
}

function readHeader(bytes: Uint8Array, refuse: Refuse): object {
  const header: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (typeof header === "object" && header !== null && !Array.isArray(header)) return header;
  throw refuse(
    "header",
    "has a header that is no JSON object; it was written by another program: train the model again",
  );
}

async function digest(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes as BufferSource));
}

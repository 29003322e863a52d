import { DataError } from "../errors.ts";
import { fileError, readFileBytes } from "../formats/files.ts";
import { recognize } from "../formats/recognize.ts";
import { gunzip, isGzip } from "./gunzip.ts";

/** An array of numbers in row-major order. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: NpyData;
}

/** 64-bit integers become float64. */
export type NpyData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/**
 * Reads a NumPy file, .npy, plain or compressed with gzip: integers, floats and booleans, little endian, in C order
 * (NumPy enhancement proposal 1). Node only.
 *
 * @throws {FileError} If the file can't be read.
 * @throws {DataError} If it is no such array.
 */
export async function readNpy(path: string): Promise<NpyArray> {
  const bytes = await readFileBytes(path);
  return parseNpy(isGzip(bytes) ? await gunzip(bytes, path) : bytes, path);
}

/**
 * Reads the bytes of a NumPy file. An array of bytes is not copied.
 *
 * @throws {DataError} As `readNpy`.
 */
export function parseNpy(bytes: Uint8Array, name: string): NpyArray {
  const { shape, type, offset, bytes: needed } = parseNpyLayout(bytes, name);
  requireWhole(bytes.length, offset + needed, name);
  return { shape, data: readers[type]!.read(bytes.subarray(offset, offset + needed), name) };
}

/** What an array's file holds, and where. */
export interface NpyLayout {
  readonly shape: readonly number[];
  /** As NumPy writes it: "|u1" is a byte. */
  readonly type: string;
  /** Where the numbers begin, and how many bytes they are. */
  readonly offset: number;
  readonly bytes: number;
}

/** Bytes of a file in which the description of an array ends, if it is no strange one. */
const headBytes = 2 ** 16;

/**
 * Reads what a NumPy file holds, but not the numbers; null if it is compressed. Node only.
 *
 * @throws As `readNpy`.
 */
export async function readNpyLayout(path: string): Promise<NpyLayout | null> {
  const { open } = await import("node:fs/promises");
  const file = await open(path, "r").catch((error: unknown) => {
    throw fileError(path, error);
  });
  try {
    const { size } = await file.stat();
    const head = new Uint8Array(Math.min(size, headBytes));
    await file.read(head, 0, head.length, 0);
    if (isGzip(head)) return null;
    const layout = parseNpyLayout(head, path);
    requireWhole(size, layout.offset + layout.bytes, path);
    return layout;
  } catch (error) {
    throw error instanceof DataError ? error : fileError(path, error);
  } finally {
    await file.close();
  }
}

function requireWhole(size: number, needed: number, name: string): void {
  if (size < needed) throw fault(name, `has ${size} bytes where ${needed} belong; it is cut short`);
}

/** Reads the description at the beginning of a NumPy file. */
function parseNpyLayout(bytes: Uint8Array, name: string): NpyLayout {
  const { text, offset } = readHeader(bytes, name);
  const [, type] = /'descr':\s*'([^']*)'/.exec(text) ?? [];
  const [, order] = /'fortran_order':\s*(True|False)/.exec(text) ?? [];
  const [, sizes] = /'shape':\s*\(([\d,\s]*)\)/.exec(text) ?? [];
  if (type === undefined || order === undefined || sizes === undefined)
    throw fault(name, `has a header that is not understood: ${text.trim()}; save a plain array of numbers`);
  if (!Object.hasOwn(readers, type))
    throw fault(name, `holds numbers of the type "${type}"; save one of ${Object.keys(readers).join(", ")}`);
  const shape = (sizes.match(/\d+/g) ?? []).map(Number);
  if (order === "True" && shape.length > 1)
    throw fault(name, "is in Fortran order; save it with numpy.ascontiguousarray");
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, type, offset, bytes: count * readers[type]!.bytes };
}

const magic = [0x93, ...new TextEncoder().encode("NUMPY")];

/** The description, a Python dictionary, and where the numbers begin. */
function readHeader(bytes: Uint8Array, name: string): { text: string; offset: number } {
  if (!magic.every((byte, i) => bytes[i] === byte))
    throw fault(name, `is no NumPy array: it looks like ${recognize(bytes)}; give a .npy file`);
  const isOld = bytes[6] === 1;
  const start = isOld ? 10 : 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length =
    bytes.length < start ? Number.NaN : isOld ? view.getUint16(8, true) : view.getUint32(8, true);
  const offset = start + length;
  if (!(offset <= bytes.length)) throw fault(name, "ends in its header; it is cut short");
  return { text: new TextDecoder().decode(bytes.subarray(start, offset)), offset };
}

interface NumberReader {
  readonly bytes: number;
  read(bytes: Uint8Array, name: string): NpyData;
}

type ArrayOf = (buffer: ArrayBuffer) => Exclude<NpyData, Uint8Array>;

const copied = (bytes: number, make: ArrayOf): NumberReader => ({
  bytes,
  // A copy, because numbers of more than a byte must begin at a multiple of their size.
  read: (part) => make(new Uint8Array(part).buffer),
});

const plain: NumberReader = {
  bytes: 1,
  // No Buffer, as files are read into: its slice is a view, not a copy.
  read: ({ buffer, byteOffset, length }) => new Uint8Array(buffer, byteOffset, length),
};

const readers: Readonly<Record<string, NumberReader>> = {
  "|u1": plain,
  "|b1": plain,
  "|i1": copied(1, (buffer) => new Int8Array(buffer)),
  "<u2": copied(2, (buffer) => new Uint16Array(buffer)),
  "<i2": copied(2, (buffer) => new Int16Array(buffer)),
  "<u4": copied(4, (buffer) => new Uint32Array(buffer)),
  "<i4": copied(4, (buffer) => new Int32Array(buffer)),
  "<f4": copied(4, (buffer) => new Float32Array(buffer)),
  "<f8": copied(8, (buffer) => new Float64Array(buffer)),
  "<i8": { bytes: 8, read: (part, name) => exact(new BigInt64Array(new Uint8Array(part).buffer), name) },
  "<u8": { bytes: 8, read: (part, name) => exact(new BigUint64Array(new Uint8Array(part).buffer), name) },
};

function exact(values: BigInt64Array | BigUint64Array, name: string): Float64Array {
  const numbers = new Float64Array(values.length);
  for (const [i, value] of values.entries()) {
    numbers[i] = Number(value);
    if (!Number.isSafeInteger(numbers[i]))
      throw fault(name, `holds ${value}, which is no exact float64; save it as float64`);
  }
  return numbers;
}

function fault(name: string, text: string): DataError {
  return new DataError("npy", { file: name }, text);
}

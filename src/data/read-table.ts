import { DataError } from "../errors.ts";
import { readFileParts } from "../formats/files.ts";
import { recognize } from "../formats/recognize.ts";
import { type ReadOptions, readDefaults, readDelimited, type TableReader } from "./delimited-table.ts";
import { gunzipParts, isGzip } from "./gunzip.ts";
import { readJson, readJsonLines } from "./json-table.ts";
import type { Table } from "./table.ts";

/**
 * Reads a table from a file: CSV with any common delimiter, JSON (an array of records) or JSON lines, plain or
 * compressed with gzip, UTF-8 or UTF-16. The file is read in parts: but for JSON its text is never whole in memory.
 * Node only.
 *
 * @throws {FileError} If the file is missing, a folder, or not readable.
 * @throws {DataError} If it is empty, has no rows, or has a row of another length.
 */
export async function readTable(path: string, options: Partial<ReadOptions> = {}): Promise<Table> {
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  const reader = readText(path, options);
  let decoder: TextDecoder | null = null;
  let head: Uint8Array = new Uint8Array();
  const take = (part: Uint8Array) => {
    head = decoder ? part : joinBytes(head, part);
    if (!decoder && head.length < sampleBytes) return;
    decoder ??= openDecoder(head, path);
    reader.push(decoder.decode(head, { stream: true }));
  };
  for await (const part of plainParts(path, (bytes) => hash.update(bytes))) take(part);
  // A small file is all head.
  if (!decoder) {
    decoder = openDecoder(head, path);
    reader.push(decoder.decode(head, { stream: true }));
  }
  reader.push(decoder.decode());
  return { ...reader.end(), sha256: hash.digest("hex") };
}

/** Parts of a file, decompressed where it is compressed. */
async function* plainParts(
  path: string,
  onBytes: (bytes: Uint8Array) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const parts = readFileParts(path);
  const first = await parts.next();
  if (first.done) return;
  const all = async function* () {
    onBytes(first.value);
    yield first.value;
    for await (const part of parts) {
      onBytes(part);
      yield part;
    }
  };
  yield* isGzip(first.value) ? gunzipParts(all(), path) : all();
}

function joinBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

/** UTF-16 by its byte-order mark, else UTF-8; refuses files of other programs, and pages that a server sent instead. */
function openDecoder(head: Uint8Array, path: string): TextDecoder {
  const isText = hasMark(head) || !head.subarray(0, sampleBytes).includes(0);
  const kind = recognize(head);
  if (!isText || markup.has(kind))
    throw new DataError(
      "foreign",
      { file: path },
      `is no table: it looks like ${kind}; give CSV, TSV, JSON or JSON lines`,
    );
  return new TextDecoder(hasMark(head) ? (head[0] === 0xff ? "utf-16le" : "utf-16be") : "utf-8");
}

/** Bytes that are looked at. */
const sampleBytes = 4096;

const markup: ReadonlySet<string> = new Set(["an HTML page", "XML"]);

/** Whether bytes begin with the byte-order mark of UTF-16. */
function hasMark([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

/**
 * Reads a table from a text. What it is follows from the name's ending: .json, .jsonl and .ndjson, else delimited.
 *
 * @throws {DataError} As `readTable`.
 */
export function parseTable(text: string, name: string, options: Partial<ReadOptions> = {}): Table {
  const reader = readText(name, options);
  reader.push(text);
  return reader.end();
}

/** Reads a table from the text of a file that comes in parts. */
function readText(name: string, options: Partial<ReadOptions>): TableReader {
  const reader = openReader(name, { ...readDefaults, ...options });
  let isFirst = true;
  let isEmpty = true;
  return {
    push(part) {
      if (part === "") return;
      const text = isFirst ? part.replace(/^\ufeff/, "") : part;
      isFirst = false;
      isEmpty &&= text.trim() === "";
      reader.push(text);
    },
    end() {
      if (!isEmpty) return reader.end();
      throw new DataError("empty", { file: name }, "is empty; give a table with a header and rows");
    },
  };
}

function openReader(name: string, options: ReadOptions): TableReader {
  const ending = name.replace(/\.gz$/, "").split(".").pop()?.toLowerCase();
  if (ending === "json") return readJson(name);
  return ending === "jsonl" || ending === "ndjson" ? readJsonLines(name) : readDelimited(name, options);
}

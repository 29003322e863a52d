import { DataError } from "../data/data-error.ts";
import { readFileBytes } from "../formats/read-file-bytes.ts";

/**
 * Reads a configuration file: an object with options.
 *
 * @throws {FileError} If it can't be read. @throws {DataError} If it is no JSON object.
 */
export async function readConfig(path: string): Promise<Readonly<Record<string, unknown>>> {
  const value = parseJson(path, await readFileBytes(path));
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new DataError(
    "config",
    { file: path },
    'is not a JSON object; write for example {"target": ["price"]}',
  );
}

/**
 * Reads the numbers of rows.
 *
 * @throws {FileError} If it can't be read. @throws {DataError} If it is no JSON array of whole numbers from 0.
 */
export async function readRowNumbers(path: string): Promise<readonly number[]> {
  const rows = parseJson(path, await readFileBytes(path));
  const wrong = Array.isArray(rows) ? rows.findIndex((row) => !(Number.isInteger(row) && row >= 0)) : 0;
  if (Array.isArray(rows) && wrong < 0) return rows as readonly number[];
  const fact = Array.isArray(rows)
    ? `entry ${wrong} is ${JSON.stringify(rows[wrong])}, not a row number`
    : "is not a JSON array of row numbers";
  throw new DataError(
    "test-rows",
    { file: path },
    `${fact}; write whole numbers from 0, for example [0, 7, 12]`,
  );
}

/** @throws {DataError} If the bytes of a file are not JSON. */
export function parseJson(file: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    const { message } = error as Error;
    throw new DataError("json", { file }, `is not JSON: ${message.replace(/\s+/g, " ")}; mend it there`);
  }
}

import * as v from "valibot";
import { DataError } from "../data/data-error.ts";
import { readFileBytes } from "../formats/read-file-bytes.ts";

const configSchema = v.record(v.string(), v.unknown());
const rowsSchema = v.array(v.pipe(v.number(), v.integer(), v.minValue(0)));

/**
 * Reads a configuration file: an object with options.
 *
 * @throws {FileError} If it can't be read. @throws {DataError} If it is no JSON object.
 */
export async function readConfig(path: string): Promise<Readonly<Record<string, unknown>>> {
  const value = await readJson(path);
  if (Array.isArray(value) || !v.is(configSchema, value))
    throw new DataError(
      "config",
      { file: path },
      'is not a JSON object; write for example {"target": ["price"]}',
    );
  return value;
}

/**
 * Reads the numbers of rows.
 *
 * @throws {FileError} If it can't be read. @throws {DataError} If it is no JSON array of whole numbers from 0.
 */
export async function readRowNumbers(path: string): Promise<readonly number[]> {
  const result = v.safeParse(rowsSchema, await readJson(path));
  if (result.success) return result.output;
  const [{ path: place, input }] = result.issues;
  const fact = place
    ? `entry ${String(place[0].key)} is ${JSON.stringify(input)}, not a row number`
    : "is not a JSON array of row numbers";
  throw new DataError(
    "test-rows",
    { file: path },
    `${fact}; write whole numbers from 0, for example [0, 7, 12]`,
  );
}

async function readJson(path: string): Promise<unknown> {
  const text = new TextDecoder().decode(await readFileBytes(path));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DataError(
      "json",
      { file: path },
      `is not JSON: ${(error as Error).message.replace(/\s+/g, " ")}; mend it there`,
    );
  }
}

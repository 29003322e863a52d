import { existsSync } from "node:fs";
import { DataError, NetworkError, UsageError } from "../errors.ts";
import { readFileBytes } from "../formats/files.ts";
import { suggest } from "../model/option-kinds.ts";
import { type NetworkName, networkNames } from "../network/architectures.ts";
import { type Network, validateNetwork } from "../network/network.ts";

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

/** Whether a text is the name of a ready-made network. */
export function isNetworkName(text: string): text is NetworkName {
  return networkNames.includes(text as NetworkName);
}

/**
 * Reads what --network names: a ready-made network, as its name, or a JSON file.
 *
 * @throws {UsageError} If it is neither. @throws {FileError} If the file can't be read. @throws {DataError} If it holds
 *   no network.
 */
export async function readNetwork(where: string, text: string): Promise<Network | NetworkName> {
  if (isNetworkName(text)) return text;
  requireFile(where, text);
  return parseNetwork(text, await readFileBytes(text));
}

/** Refuses what is neither a name nor a file: a wrong name more often than a wrong path. */
export function requireFile(where: string, text: string): void {
  if (existsSync(text)) return;
  throw new UsageError(
    `${where}: "${text}" is neither a file nor a network's name${suggest(text, networkNames)}`,
  );
}

/** Reads a network from the bytes of a JSON file. */
export function parseNetwork(file: string, bytes: Uint8Array): Network {
  const network = parseJson(file, bytes) as Network;
  try {
    if (typeof network !== "object" || network === null || Array.isArray(network))
      throw new NetworkError('network: is no JSON object; write {"inputs": ..., "layers": [...]}');
    validateNetwork(network);
    return network;
  } catch (error) {
    if (error instanceof NetworkError) throw new DataError("network", { file }, error.message);
    throw error;
  }
}

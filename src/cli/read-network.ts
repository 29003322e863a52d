import { existsSync } from "node:fs";
import { DataError } from "../data/data-error.ts";
import { readFileBytes } from "../formats/read-file-bytes.ts";
import { suggest, UsageError } from "../model/option-kinds.ts";
import { type NetworkName, networkNames } from "../network/architectures.ts";
import { type Network, validateNetwork } from "../network/network.ts";
import { NetworkError } from "../network/network-error.ts";
import { parseJson } from "./read-json.ts";

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

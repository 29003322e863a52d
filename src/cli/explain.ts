import { resolve } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import { readFileBytes, requireWritable, writeFileAtomically } from "../formats/files.ts";
import type { DType } from "../kernels/kernels.ts";
import { explainNetwork } from "../model/explain-network.ts";
import { readModel } from "../model/model.ts";
import type { CommandOptions } from "../model/option-entry.ts";
import { explainDefaults } from "../model/option-table.ts";
import { fitDefaults } from "../model/options.ts";
import { namedNetwork, networkNames } from "../network/architectures.ts";
import { describeNetwork, type Network } from "../network/network.ts";
import { addOptions, type Flags, flagOf, parseOptions } from "./command-options.ts";
import { layerRows, summaryLines } from "./explain-view.ts";
import { isNetworkName, parseNetwork, requireFile } from "./json-files.ts";
import { alignTable } from "./plain-text.ts";
import { openTerminal, writeJson, writeOutput } from "./terminal.ts";

const help = `
For each layer the table says how its part of the Gram matrix is formed, docs/networks.md: as a product of two small
ones, over pairs of positions, or by its rows of the Jacobian, some filters at a time where --jacobian-memory asks for that.
Layers use the same buffers one after the other. Below stand the operations and the memory of a step.

Examples:
  gramian explain resnet-20
  gramian explain cnn-small --image-size 20x40 --batch-size 128 --jacobian-memory 500MB
  gramian explain resnet-20-gn --image-size 28x28 --channels 1 --write network.json
  gramian explain network.json --json
  gramian explain model.gramian
`;

/** Adds arguments, options and help of the command. */
export function define(command: Command): void {
  command.argument("<what>", `a model, a network as JSON, or ${networkNames.join(", ")}`);
  addOptions(command, "explain").addHelpText("after", help).action(run);
}

async function run(what: string, flags: Flags): Promise<void> {
  const options = parseOptions("explain", flags);
  const { write, json, jacobianMemory, batchSize = explainDefaults.batchSize } = options;
  if (write !== undefined) await checkOutput(write, what);
  const found = await find(what, options);
  const { network } = found;
  const dtype = options.dtype ?? found.dtype ?? fitDefaults.dtype;
  const explained = explainNetwork(network, { batchSize, dtype, jacobianMemory });
  const summary = summaryLines(explained, batchSize, dtype);
  if (json) {
    for (const layer of explained.layers) writeJson({ event: "layer", ...layer });
    const { layers, ...totals } = explained;
    writeJson({ event: "network", network: describeNetwork(network), batchSize, dtype, ...totals });
  } else await writeOutput(`${[...alignTable(layerRows(explained)), "", ...summary].join("\n")}\n`);
  if (write === undefined) return;
  await writeFileAtomically(write, `${JSON.stringify(network, null, 2)}\n`);
  openTerminal().line(`wrote ${write}`);
}

/** Refuses an output that can't be written, and the file that is explained. */
async function checkOutput(path: string, what: string): Promise<void> {
  if (resolve(path) === resolve(what))
    throw new UsageError(`--write: "${path}" is what is explained; give another name`);
  await requireWritable(path);
}

interface Found {
  readonly network: Network;
  /** Of a model. */
  readonly dtype?: DType;
}

/** The network that a name, a JSON file or a model stands for. */
async function find(what: string, options: CommandOptions): Promise<Found> {
  const { imageSize, channels, outputs } = { ...explainDefaults, ...options };
  if (isNetworkName(what))
    return { network: namedNetwork(what, { shape: [...imageSize, channels], outputs }) };
  refuseForFiles(options, what);
  requireFile("<what>", what);
  const bytes = await readFileBytes(what);
  if (looksLikeJson(bytes)) return { network: parseNetwork(what, bytes) };
  const { members, dtype } = (await readModel(bytes, what)).header;
  // Those of an ensemble are alike: the first stands for all.
  return { network: members[0]!.network, dtype };
}

/** A file says itself what its network is for. */
function refuseForFiles(options: CommandOptions, what: string): void {
  for (const name of ["imageSize", "channels", "outputs"] as const)
    if (options[name] !== undefined)
      throw new UsageError(`${flagOf(name)}: is for the networks with names; "${what}" says it itself`);
}

/** Whether the first character that is no space begins an object or a list. */
function looksLikeJson(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes.subarray(0, 256)).trimStart();
  return text.startsWith("{") || text.startsWith("[");
}

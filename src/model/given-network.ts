import { OptionError } from "../errors.ts";
import { namedNetwork } from "../network/architectures.ts";
import type { Layer } from "../network/layers.ts";
import { type Network, outputCount } from "../network/network.ts";
import type { FitOptions } from "./options.ts";

/** [height, width, channels] of a picture. */
export type PictureShape = readonly [number, number, number];

/**
 * The network that was asked for, checked against the data; null where none was.
 *
 * @param inputs Numbers of an example after encoding. @param outputs Targets.
 * @param shape Of pictures; null for the rows of a table.
 * @throws {OptionError} If it does not fit the data, or if other options describe a network too.
 * @throws {NetworkError} If its description can't be used.
 */
export function givenNetwork(
  { network: given, hidden, activation }: FitOptions,
  inputs: number,
  outputs: number,
  shape: PictureShape | null = null,
): Network | null {
  if (given === undefined) return null;
  for (const [name, value] of Object.entries({ hidden, activation }))
    if (value !== undefined)
      throw new OptionError(
        `options.${name}: the network that is given says it itself; leave one of them out`,
      );
  if (typeof given !== "string") return fitting(given, inputs, outputs);
  if (!shape)
    throw new OptionError(
      `options.network: "${given}" is made for pictures, and the data are rows of ${inputs} numbers; give hidden, or a network whose inputs are ${inputs}`,
    );
  return namedNetwork(given, { shape, outputs });
}

function fitting(network: Network, inputs: number, outputs: number): Network {
  const found = outputCount(network);
  if (network.inputs !== inputs)
    throw new OptionError(
      `options.network: has ${network.inputs} inputs, and the data have ${inputs} after encoding; change its "inputs"`,
    );
  if (found !== outputs)
    throw new OptionError(
      `options.network: has ${found} outputs, and there are ${outputs} targets; change its last layer`,
    );
  return network;
}

/** Whether a network has a dropout layer, at any depth. */
export function hasDropout({ layers }: Pick<Network, "layers">): boolean {
  const isDropout = (layer: Layer): boolean =>
    layer.kind === "dropout" ||
    (layer.kind === "residual" && [...layer.body, ...(layer.shortcut ?? [])].some(isDropout));
  return layers.some(isDropout);
}

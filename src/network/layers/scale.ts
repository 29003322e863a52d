import { NetworkError } from "../../errors.ts";
import type { Activation } from "../../kernels/activation.ts";
import type { FloatArray } from "../../kernels/kernels.ts";
import { copyMatrix, type PlanMatrix, positionStride, viewFrom } from "../plan-matrix.ts";
import { isVector, positionsOf, type Shape, sizeOf } from "../shape.ts";
import { requireActivation, requireFinite } from "./checks.ts";
import { fuseActivation } from "./fused-activation.ts";
import type { BlockShape, LayerKind, LayerPlace, Trainable } from "./layer-kind.ts";
import type { Node } from "./node.ts";

/** z = γ x + β, a = σ(z): a γ and a β for each channel, or one of each for the layer. */
export interface ScaleLayer extends Trainable {
  readonly kind: "scale";
  /** Default "channel". */
  readonly per?: "channel" | "layer";
  /** Whether there is a γ, which starts at `gain`. Default true. */
  readonly scale?: boolean;
  /** Whether there is a β, which starts at 0. Default true. */
  readonly shift?: boolean;
  /** Default identity. */
  readonly activation?: Activation;
}

/** x: examples × (positions × channels). */
export interface ScaleFactors {
  readonly kind: "scale";
  readonly inputs: PlanMatrix;
}

export const scaleKind: LayerKind<ScaleLayer> = (where, layer, input) => ({
  output: input,
  words: layer.per === "layer" ? ["scale", "one for the layer"] : ["scale"],
  parameters: scaleBlock(where, layer, input),
  forgetsInput: layer.scale === false,
  plan: (place) => ({ node: scaleNode(place), factors: { kind: "scale", inputs: place.from.matrix } }),
});

function scaleBlock(where: string, layer: ScaleLayer, input: Shape): BlockShape {
  const { per = "channel", scale = true, shift = true, trainable = true, gain = 1 } = layer;
  const { activation = "identity" } = layer;
  requireActivation(where, activation);
  requireFinite(`${where}.gain`, gain);
  if (per !== "channel" && per !== "layer")
    throw new NetworkError(`${where}.per: "${String(per)}" is unknown; use "channel" or "layer"`);
  if (!scale && !shift) throw new NetworkError(`${where}: has neither scale nor shift; leave it out`);
  const columns = per === "channel" ? input.channels : 1;
  const positions = per === "channel" ? positionsOf(input) : sizeOf(input);
  const inputs = scale ? 1 : 0;
  const rows = inputs + (shift ? 1 : 0);
  const products = positions * rows * columns;
  const sizes = { rows, columns, inputs, positions, groups: 1, products };
  return { kind: "scale", ...sizes, bias: shift, scale: 1, trainable, gain, start: "gain", activation };
}

/** One γ or β for all channels is spread over them. `to` may be x itself. */
function scaleNode({ space, from, to, block, index }: LayerPlace): Node {
  const { kernels, dtype } = space;
  const { shape } = from;
  const { channels } = shape;
  const { columns, inputs, bias, activation: name } = block!;
  const positions = positionsOf(shape);
  const size = sizeOf(shape);
  const activation = fuseActivation(space, name, to);
  const [ldx, ldz] = [positionStride(shape, from.matrix), positionStride(shape, to.matrix)];
  const spread = (has: boolean) => (has && columns < channels ? kernels.allocate(dtype, channels) : null);
  const [gammas, betas] = [spread(inputs > 0), spread(bias)];

  const rowFor = (has: boolean, theta: FloatArray, row: number, buffer: FloatArray | null) => {
    if (!has) return null;
    return buffer ? buffer.fill(theta[row]!) : viewFrom(theta, row * columns);
  };
  const gammaOf = (theta: FloatArray) => rowFor(inputs > 0, theta, 0, gammas);

  return {
    forward(parameters, examples) {
      const theta = parameters.blocks[index!]!;
      const beta = rowFor(bias, theta, inputs, betas);
      const rows = examples * positions;
      kernels.scaleChannels(rows, channels, gammaOf(theta), beta, from.matrix.data, ldx, to.matrix.data, ldz);
      activation.forward(examples);
    },
    throughActivation: activation.backward,
    throughInputs(parameters, examples, repeat, d, out) {
      const gamma = gammaOf(parameters.blocks[index!]!);
      if (!gamma) {
        copyMatrix(kernels, examples * repeat, size, d, out);
        return;
      }
      const rows = examples * repeat * positions;
      const [ldd, ldOut] = isVector(shape) ? [d.stride, out.stride] : [channels, channels];
      kernels.scaleChannels(rows, channels, gamma, null, d.data, ldd, out.data, ldOut);
    },
    handsOn: inputs === 0,
  };
}

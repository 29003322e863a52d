import type { FloatArray } from "../../kernels/kernels.ts";
import type { ParameterBlock } from "../network.ts";
import { copyMatrix, positionStride, viewFrom } from "../plan-matrix.ts";
import { isVector, positionsOf, sizeOf } from "../shape.ts";
import { fuseActivation } from "./fused-activation.ts";
import type { Node, PlanSpace, Value } from "./node.ts";

/** z = γ x + β for each channel, a = σ(z). One γ or β for all channels is spread over them. `to` may be x itself. */
export function scaleNode(
  space: PlanSpace,
  block: ParameterBlock,
  index: number,
  from: Value,
  to: Value,
): Node {
  const { kernels, dtype } = space;
  const { shape } = from;
  const { channels } = shape;
  const { columns, inputs, bias } = block;
  const positions = positionsOf(shape);
  const size = sizeOf(shape);
  const activation = fuseActivation(space, block.activation, to);
  const [ldx, ldz] = [positionStride(shape, from.matrix), positionStride(shape, to.matrix)];
  const spread = (has: boolean) => (has && columns < channels ? kernels.allocate(dtype, channels) : null);
  const [gammas, betas] = [spread(inputs > 0), spread(bias)];

  const rowFor = (has: boolean, theta: FloatArray, row: number, buffer: FloatArray | null) => {
    if (!has) return null;
    return buffer ? buffer.fill(theta[row]!) : viewFrom(theta, row * columns);
  };
  const gammaOf = (theta: FloatArray) => rowFor(inputs > 0, theta, 0, gammas);

  return {
    forward(parameters, count) {
      const theta = parameters.blocks[index]!;
      const beta = rowFor(bias, theta, inputs, betas);
      const rows = count * positions;
      kernels.scaleChannels(rows, channels, gammaOf(theta), beta, from.matrix.data, ldx, to.matrix.data, ldz);
      activation.forward(count);
    },
    throughActivation: activation.backward,
    throughInputs(parameters, count, repeat, d, out) {
      const gamma = gammaOf(parameters.blocks[index]!);
      if (!gamma) {
        copyMatrix(kernels, count * repeat, size, d, out);
        return;
      }
      const rows = count * repeat * positions;
      const [ldd, ldOut] = isVector(shape) ? [d.stride, out.stride] : [channels, channels];
      kernels.scaleChannels(rows, channels, gamma, null, d.data, ldd, out.data, ldOut);
    },
    handsOn: inputs === 0,
  };
}

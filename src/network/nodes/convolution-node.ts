import type { FloatArray } from "../../kernels/kernels.ts";
import type { ParameterBlock } from "../network.ts";
import { positionStride, rowView, viewFrom } from "../plan-matrix.ts";
import { fuseActivation } from "./fused-activation.ts";
import type { Node, PlanSpace, Value } from "./node.ts";
import { forEachChunk, type Patches } from "./patches.ts";

/**
 * z_s = scale θᵀ ã_s at each position s, a = σ(z): a dense layer on the windows, some images at a time, so that the
 * windows, which are larger than the image, stay in cache.
 */
export function convolutionNode(
  space: PlanSpace,
  block: ParameterBlock,
  index: number,
  groups: number,
  patches: Patches,
  from: Value,
  to: Value,
): Node {
  const { kernels } = space;
  const { inputs, rows, columns, scale, positions } = block;
  const { data: rowsOfWindows, stride } = patches.matrix;
  const { examples } = patches;
  const filters = columns / groups;
  const activation = fuseActivation(space, block.activation, to);
  const filtersOf = (array: FloatArray, group: number) => viewFrom(array, group * filters);
  const ldz = positionStride(to.shape, to.matrix);

  return {
    forward(parameters, count) {
      const theta = parameters.blocks[index]!;
      forEachChunk(count, examples, (first, size) => {
        const z = rowView(to.matrix, first);
        for (let g = 0; g < groups; g++) {
          patches.unfold(from.matrix, first, size, g);
          kernels.gemm(
            false,
            false,
            size * positions,
            filters,
            rows,
            scale,
            rowsOfWindows,
            stride,
            filtersOf(theta, g),
            columns,
            0,
            filtersOf(z, g),
            ldz,
          );
        }
      });
      activation.forward(count);
    },
    throughActivation: activation.backward,
    throughInputs(parameters, count, repeat, d, out) {
      const theta = parameters.blocks[index]!;
      const ldd = positionStride(to.shape, d);
      kernels.scale(count * repeat * out.stride, 0, out.data);
      forEachChunk(count * repeat, examples, (first, size) => {
        const dz = rowView(d, first);
        for (let g = 0; g < groups; g++) {
          kernels.gemm(
            false,
            true,
            size * positions,
            inputs,
            filters,
            scale,
            filtersOf(dz, g),
            ldd,
            filtersOf(theta, g),
            columns,
            0,
            rowsOfWindows,
            stride,
          );
          patches.fold(out, first, size, g);
        }
      });
    },
  };
}

import type { FloatArray } from "../kernels/kernels.ts";
import type { ParameterBlock } from "../network/network.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import { allocateMatrix, type PlanMatrix } from "../network/plan-matrix.ts";
import { assembleGram, type LayerRows } from "./assemble-gram.ts";
import type { SystemSpace } from "./curvature.ts";
import { denseFactors } from "./dense-factors.ts";
import { denseJacobian } from "./dense-jacobian.ts";
import { planWeighted, pullbackFactors, pushforwardFactors } from "./factor-products.ts";
import { gramWorkspace } from "./gram-workspace.ts";
import { lazy } from "./lazy.ts";
import type { Linearization } from "./linearization.ts";

/** The Jacobian of some layers on some examples: it stays when the linearization that it came from moves on. */
export interface KeptJacobian {
  /** Its layers: the others count as frozen here. */
  readonly blocks: readonly ParameterBlock[];
  /** n of the examples that are kept. */
  readonly rows: number;
  /** Copies the factors of `count` examples of a linearization; `examples[i]` is the place of one in its batch. */
  keep(linearization: Linearization, examples: Int32Array, count: number): void;
  /** Lower out <- J W Jᵀ over its layers, n × n. */
  gram(weights: Float64Array | null, out: Float64Array): Float64Array;
  /** out of its layers <- Jᵀ u; leaves the other layers. */
  pullback(u: FloatArray, out: ParameterVector): ParameterVector;
  /** out <- J d over its layers, n. */
  pushforward(d: ParameterVector, out: FloatArray): FloatArray;
}

/**
 * Allocates a copy of the Jacobian's factors.
 *
 * @param layers Those it is made of.
 * @param capacity The most examples.
 */
export function keptJacobian(
  { kernels, dtype, blocks, outputs }: Omit<SystemSpace, "capacity">,
  layers: readonly number[],
  capacity: number,
): KeptJacobian {
  const own = blocks.map((block, l) => (layers.includes(l) ? block : { ...block, trainable: false }));
  const empty: PlanMatrix = { data: kernels.allocate(dtype, 0), stride: 1 };
  const inputs = own.map(({ trainable, rows }) =>
    trainable ? allocateMatrix(kernels, dtype, capacity, rows) : empty,
  );
  const derivatives = own.map(({ trainable, columns }) =>
    trainable ? allocateMatrix(kernels, dtype, capacity * outputs, columns) : null,
  );
  const workspace = gramWorkspace({ kernels, dtype, outputs, capacity });
  const jacobians = own.map((block, l) => denseJacobian(workspace, block, inputs[l]!));
  const weighted = lazy(() => planWeighted(workspace, own));
  const rowNumbers = kernels.allocateIndices(capacity * outputs);
  let kept = 0;
  const layerRows: LayerRows = {
    kernels,
    outputs,
    jacobians,
    derivatives,
    get count() {
      return kept;
    },
  };

  return {
    blocks: own,
    get rows() {
      return kept * outputs;
    },
    keep(linearization, examples, count) {
      kept = count;
      const factors = denseFactors(linearization);
      for (const l of layers) {
        const { inputs: a, derivatives: d } = factors[l]!;
        const { rows, columns } = own[l]!;
        for (let i = 0; i < count; i++) rowNumbers[i] = examples[i]!;
        const into = inputs[l]!;
        kernels.gatherRows(count, rows, a.data, a.stride, rowNumbers, into.data, into.stride);
        for (let row = 0; row < count * outputs; row++)
          rowNumbers[row] = examples[Math.floor(row / outputs)]! * outputs + (row % outputs);
        const to = derivatives[l]!;
        kernels.gatherRows(count * outputs, columns, d!.data, d!.stride, rowNumbers, to.data, to.stride);
      }
    },
    gram: (weights, out) => assembleGram(layerRows, weights, out),
    pullback: (u, out) => pullbackFactors(layerRows, u, weighted(), out),
    pushforward: (d, out) => pushforwardFactors(layerRows, d, out),
  };
}

import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import type { BlockFactors } from "../network/layers.ts";
import type { ParameterBlock } from "../network/network.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import type { PlanMatrix } from "../network/plan-matrix.ts";
import type { LayerJacobian } from "./block-jacobian.ts";
import { layerJacobian } from "./block-kinds.ts";
import { gramWorkspace } from "./gram-workspace.ts";
import {
  assembleGram,
  type LayerRows,
  planWeighted,
  pullbackFactors,
  pushforwardFactors,
  type Weighted,
} from "./layer-rows.ts";
import type { Linearization } from "./linearization.ts";
import type { LayerSpace } from "./space.ts";

/** The Jacobian of some layers on some examples: it stays when the linearization that it came from moves on. */
export interface KeptJacobian {
  /** All layers; those that are not its own are frozen here. */
  readonly blocks: readonly ParameterBlock[];
  /** n of the examples that are kept. */
  readonly rows: number;
  /** Copies the factors of some examples of a linearization; `places[i]` is the place of one in its batch. */
  keep(linearization: Linearization, places: Int32Array, examples: number): void;
  /** Goes on with examples that were kept before, of a network like that of this linearization. */
  resume(linearization: Linearization, examples: number): void;
  /** Lower out <- J W Jᵀ over its layers, n × n. */
  gram(weights: Float64Array | null, out: Float64Array): Float64Array;
  /** out of its layers <- Jᵀ u; leaves the other layers. */
  pullback(u: FloatArray, out: ParameterVector): ParameterVector;
  /** out <- J d over its layers, n. */
  pushforward(d: ParameterVector, out: FloatArray): FloatArray;
}

/** Copies of one layer's inputs, where a frozen layer has none, and of its derivatives. */
interface KeptLayer {
  readonly jacobian: LayerJacobian;
  readonly derivatives: PlanMatrix | null;
}

/**
 * Plans copies of the factors of J, one for each list of layers; they share what they need for a product. Memory is
 * taken at the first `keep`.
 *
 * @param capacity The most examples.
 * @param place Where copies of so many numbers are kept; called in the same order for the same network.
 */
export function keptJacobians(
  space: Omit<LayerSpace, "capacity">,
  lists: readonly (readonly number[])[],
  capacity: number,
  place: Place = (length) => space.kernels.allocate(space.dtype, length),
): readonly KeptJacobian[] {
  const { kernels, blocks, outputs } = space;
  const rowNumbers = kernels.allocateIndices(capacity * outputs);
  let layers: readonly KeptLayer[] | null = null;
  let weighted: Weighted;

  const layersLike = (source: LayerRows): readonly KeptLayer[] => {
    if (layers) return layers;
    const workspace = gramWorkspace({ ...space, capacity }, source.rowBytes);
    const isKept = blocks.map((_, l) => lists.some((list) => list.includes(l)));
    layers = blocks.map((block, l) => {
      if (!isKept[l]) return { jacobian: source.jacobians[l]!, derivatives: null };
      const factors = copyFactors(place, source.jacobians[l]!.factors, capacity);
      const derivatives = matrixLike(place, source.derivatives[l]!, capacity * outputs);
      return { jacobian: layerJacobian(workspace, block, factors), derivatives };
    });
    weighted = planWeighted(workspace, blocks);
    return layers;
  };

  const planKept = (list: readonly number[]): KeptJacobian => {
    const own = blocks.map((block, l) => (list.includes(l) ? block : { ...block, trainable: false }));
    let kept = 0;
    let rows: LayerRows;
    const rowsLike = (source: LayerRows): LayerRows => ({
      kernels,
      outputs,
      rowBytes: source.rowBytes,
      jacobians: layersLike(source).map(({ jacobian }, l) => ({ ...jacobian, block: own[l]! })),
      derivatives: layersLike(source).map(({ derivatives }) => derivatives),
      get examples() {
        return kept;
      },
    });
    const resume = (linearization: Linearization, count: number): void => {
      rows ??= rowsLike(linearization.plannedLayers()!);
      kept = count;
    };
    return {
      blocks: own,
      resume,
      get rows() {
        return kept * outputs;
      },
      keep(linearization, places, examples) {
        resume(linearization, examples);
        const source = linearization.layers()!;
        for (const l of list) copyLayer(kernels, source, rows, l, places, rowNumbers);
      },
      gram: (weights, out) => assembleGram(rows, weights, out),
      pullback: (u, out) => pullbackFactors(rows, u, weighted, out),
      pushforward: (d, out) => pushforwardFactors(rows, d, out),
    };
  };

  return lists.map(planKept);
}

type Place = (length: number) => FloatArray;

function matrixLike(place: Place, { stride }: PlanMatrix, rows: number): PlanMatrix {
  return { data: place(rows * stride), stride };
}

function copyFactors(place: Place, factors: BlockFactors, capacity: number): BlockFactors {
  return { ...factors, inputs: matrixLike(place, factors.inputs, capacity) };
}

/** Copies the factors of the examples that are kept, rows with the gaps between them: the ones of a bias stand there. */
function copyLayer(
  kernels: Kernels,
  source: LayerRows,
  { jacobians, derivatives, examples, outputs }: LayerRows,
  l: number,
  places: Int32Array,
  rowNumbers: Int32Array,
): void {
  const gather = (m: number, from: PlanMatrix, to: PlanMatrix): void =>
    kernels.gatherRows(m, from.stride, from.data, from.stride, rowNumbers, to.data, to.stride);
  for (let i = 0; i < examples; i++) rowNumbers[i] = places[i]!;
  gather(examples, source.jacobians[l]!.factors.inputs, jacobians[l]!.factors.inputs);
  for (let row = 0; row < examples * outputs; row++)
    rowNumbers[row] = places[Math.floor(row / outputs)]! * outputs + (row % outputs);
  gather(examples * outputs, source.derivatives[l]!, derivatives[l]!);
}

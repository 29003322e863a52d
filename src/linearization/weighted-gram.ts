import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import type { ParameterBlock } from "../network/network.ts";
import { type PlanMatrix, viewFrom } from "../network/plan-matrix.ts";
import type { LayerJacobian } from "./block-jacobian.ts";
import type { Linearization } from "./linearization.ts";
import type { Space } from "./space.ts";
import type { SystemSpace } from "./system-space.ts";

/** Columns of J that are written at once: enough for products at full speed. */
const chunkColumns = 256;

/** The same for layers with shared weights, which look at their windows anew for each part. */
const sharedChunkColumns = 2048;

/** Some columns of J. */
interface ColumnPart {
  /** Its layer. */
  readonly l: number;
  /** How many. */
  readonly width: number;
  /** The parameter of column i. */
  parameterOf(i: number): number;
  /** Writes them, examples × K rows of `width` numbers. */
  write(jacobian: LayerJacobian, d: PlanMatrix, examples: number, out: FloatArray): void;
}

/** Lower out <- J H⁻¹ Jᵀ, n × n; `curvature` is the diagonal of H. */
export type WeightedGram = (linearization: Linearization, curvature: Float64Array, out: Float64Array) => void;

/** Plans it, summed over groups of columns: whole rows of θ, or whole units; or over all columns where there are no layers. */
export function weightedGram(space: Space): WeightedGram {
  return space.layers ? weightedByLayers(space.layers) : weightedByRows(space);
}

function weightedByRows({ kernels, dtype, rows: most, parameters: p }: Space): WeightedGram {
  const rows = kernels.allocate(dtype, most * p);
  const roots = kernels.allocate(dtype, p);
  const square = kernels.allocate(dtype, most ** 2);
  return (linearization, curvature, out) => {
    const n = linearization.rows;
    linearization.writeRows(0, n, rows);
    for (let i = 0; i < p; i++) roots[i] = 1 / Math.sqrt(curvature[i]!);
    scaleColumns(kernels, n, p, roots, rows);
    kernels.syrk(false, n, p, 1, rows, p, 0, square, n);
    kernels.copy(n * n, square, out);
  };
}

function weightedByLayers({ kernels, dtype, blocks, outputs, capacity }: SystemSpace): WeightedGram {
  const parts = blocks.flatMap((block, l) => {
    if (!block.trainable) return [];
    return block.kind === "dense" ? partsByInputs(kernels, block, l, outputs) : partsByUnits(block, l);
  });
  const widest = Math.max(...parts.map(({ width }) => width));
  const rows = kernels.allocate(dtype, capacity * outputs * widest);
  const roots = kernels.allocate(dtype, widest);
  const square = kernels.allocate(dtype, (capacity * outputs) ** 2);

  return (linearization, curvature, out) => {
    const n = linearization.rows;
    const { jacobians, derivatives } = linearization.layers()!;
    parts.forEach(({ l, width, parameterOf, write }, part) => {
      write(jacobians[l]!, derivatives[l]!, n / outputs, rows);
      for (let i = 0; i < width; i++) roots[i] = 1 / Math.sqrt(curvature[parameterOf(i)]!);
      scaleColumns(kernels, n, width, roots, rows);
      kernels.syrk(false, n, width, 1, rows, width, part === 0 ? 0 : 1, square, n);
    });
    kernels.copy(n * n, square, out);
  };
}

/** A dense layer as several, each of some of its inputs: their parameters lie one after the other. */
function partsByInputs(kernels: Kernels, block: ParameterBlock, l: number, outputs: number): ColumnPart[] {
  const { rows, columns, scale, offset } = block;
  const most = Math.max(1, Math.floor(chunkColumns / columns));
  return Array.from({ length: Math.ceil(rows / most) }, (_, part) => {
    const first = part * most;
    const inputs = Math.min(most, rows - first);
    const width = inputs * columns;
    return {
      l,
      width,
      parameterOf: (i) => offset + first * columns + i,
      write({ factors: { inputs: a } }, { data: d, stride }, examples, out) {
        const from = viewFrom(a.data, first);
        kernels.faceSplit(examples, outputs, inputs, columns, scale, from, a.stride, d, stride, out, width);
      },
    };
  });
}

/** Any layer as several, each of some of its units. */
function partsByUnits({ kind, rows, columns, offset }: ParameterBlock, l: number): ColumnPart[] {
  const most = kind === "scale" ? columns : Math.max(1, Math.floor(sharedChunkColumns / rows));
  return Array.from({ length: Math.ceil(columns / most) }, (_, part) => {
    const first = part * most;
    const units = Math.min(most, columns - first);
    const width = rows * units;
    return {
      l,
      width,
      parameterOf: (i) => offset + Math.floor(i / units) * columns + first + (i % units),
      write: ({ writeUnits }, d, examples, out) => writeUnits(d, 0, examples, first, units, out, width),
    };
  });
}

/** x[:, j] <- s_j x[:, j], m × n. */
function scaleColumns(kernels: Kernels, m: number, n: number, s: FloatArray, x: FloatArray): void {
  kernels.scaleRows(1, m, n, s, n, x, n);
}

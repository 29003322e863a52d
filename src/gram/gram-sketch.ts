import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import type { ParameterBlock } from "../network/network.ts";
import type { Random } from "../random/random.ts";
import type { SystemSpace } from "./curvature.ts";
import { denseFactors } from "./dense-factors.ts";
import type { Linearization } from "./linearization.ts";

/** A random n × s matrix M with expectation M Mᵀ = J W Jᵀ. */
export interface GramSketch {
  /** M, leading dimension s. */
  readonly matrix: Float64Array;
  /** Draws M of s columns. */
  draw(linearization: Linearization, weights: Float64Array | null, s: number): void;
}

/**
 * Sketches the rows of J, each a sum over layers of s ã ⊗ d, by random signs x and y of the size of ã and of d:
 *
 *     M = 1/√s Σ_layers scale (Ã W^½ X) ∘ (D Y),      X inputs × s, Y units × s, of independent signs
 *
 * two products for each layer, where a sketch of J itself would need J. Each column is a projection on a random
 * vector of independent components of mean 0 and variance 1, x ⊗ y, so E[M Mᵀ] = J W Jᵀ.
 *
 * Source: Sun et al. 2018 and Rakhshan and Rabusseau 2020, arXiv:2003.05101, for projections on tensor products.
 *
 * @param widest The largest s.
 */
export function gramSketch(space: SystemSpace, widest: number, random: Random): GramSketch {
  const { kernels, dtype, blocks, outputs, capacity } = space;
  const longest = Math.max(...blocks.map((block) => Math.max(block.rows, block.columns)));
  const matrix = kernels.allocate("float64", capacity * outputs * widest);
  const signs = kernels.allocate(dtype, longest * widest);
  const byInputs = kernels.allocate(dtype, capacity * widest);
  const byDerivatives = kernels.allocate(dtype, capacity * outputs * widest);
  return {
    matrix,
    draw(linearization, weights, s) {
      const n = linearization.rows;
      const examples = n / outputs;
      kernels.scale(n * s, 0, matrix);
      const factors = denseFactors(linearization);
      for (const [l, block] of blocks.entries()) {
        const { rows, columns, scale, trainable } = block;
        if (!trainable) continue;
        const { inputs: a, derivatives: d } = factors[l]!;
        if (!d) continue;
        drawSigns(rows * s, random, signs);
        if (weights) weighRows(kernels, block, s, weights[2 * l]!, weights[2 * l + 1]!, signs);
        kernels.gemm(false, false, examples, s, rows, 1, a.data, a.stride, signs, s, 0, byInputs, s);
        drawSigns(columns * s, random, signs);
        kernels.gemm(false, false, n, s, columns, 1, d.data, d.stride, signs, s, 0, byDerivatives, s);
        kernels.scaleRows(examples, outputs, s, byInputs, s, byDerivatives, s);
        kernels.axpy(n * s, scale / Math.sqrt(s), byDerivatives, matrix);
      }
    },
  };
}

/** out <- 1 or -1, each with probability ½. */
function drawSigns(count: number, random: Random, out: FloatArray): void {
  for (let i = 0; i < count; i++) out[i] = random() < 0.5 ? 1 : -1;
}

/** Scales the rows of the weights by √w, the row of the bias by √v. */
function weighRows(
  kernels: Kernels,
  { inputs, rows }: ParameterBlock,
  s: number,
  w: number,
  v: number,
  x: FloatArray,
): void {
  kernels.scale(inputs * s, Math.sqrt(w), x);
  if (rows > inputs) kernels.scale(s, Math.sqrt(v), x.subarray(inputs * s));
}

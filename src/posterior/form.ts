import type { DType } from "../kernels/kernels.ts";
import { gramFlopsOf, type Space } from "../linearization/space.ts";
import { type ParameterBlock, trainableCount } from "../network/network.ts";

/**
 * Which of the two equal systems gives the step:
 *
 *     gram    (J Jᵀ + λ I) u = r, δ = -Jᵀ u      n × n
 *     primal  (Jᵀ J + λ I) δ = -Jᵀ r             p × p
 */
export type Form = "gram" | "primal";

/** The work and the memory of a step in both forms. */
export interface FormCosts {
  readonly form: Form;
  /** Floating-point operations, a product and a sum as 2. */
  readonly flops: { readonly gram: number; readonly primal: number };
  /** The same, weighted by time: operations of a matrix product in the precision of the network that take as long. */
  readonly cost: { readonly gram: number; readonly primal: number };
  readonly bytes: { readonly gram: number; readonly primal: number };
}

/**
 * By how much an operation takes longer than one of a matrix product in the precision of the network. The Cholesky
 * factorization is slower than a product, and always in float64, which has half the speed of float32; an element of the
 * n × n matrices of a layer is read, multiplied and added in passes that wait for memory.
 *
 * Constants, not rates that are timed at start-up: the choice of the form changes the roundings of a step, and the same
 * seed must give the same model. Nor do they depend on the kernels: of 256 steps around where the forms cost the same
 * (`npm run bench -- forms`: p from 61 to 721, n/p from 1/4 to 4, 1 to 8 outputs, both precisions, WebAssembly and
 * OpenBLAS) four took more than 1.05 times the time of the other form, and at most 1.24 times. By bare counts 27 did,
 * and at most 1.92 times.
 */
const weights = Object.freeze({ cholesky: { float32: 3.5, float64: 1.5 }, pass: 6 });

/** What the choice depends on. */
type FormCase = Pick<Space, "parameters" | "dtype" | "gramFlops">;

/**
 * Counts floating-point operations, a product and a sum as 2:
 *
 *     gram    Σ_layers (b² rows + n² units + c n²) + w n³/3     the symmetric products count half; for layers with
 *                                                               shared weights see docs/networks.md
 *     primal  n p² + w p³/3 + n p
 *
 * with c = `pass` and w = `cholesky`.
 */
function countFlops({ parameters: p, gramFlops }: FormCase, n: number, pass: number, cholesky: number) {
  return {
    gram: gramFlops(n, pass) + (cholesky * n ** 3) / 3,
    primal: n * p ** 2 + (cholesky * p ** 3) / 3 + n * p,
  };
}

/** The form that takes less time for a batch of n residual rows: the counts, weighted as measured. */
export function cheaperForm(space: FormCase, n: number): Form {
  const cost = countFlops(space, n, weights.pass, weights.cholesky[space.dtype]);
  return cost.primal < cost.gram ? "primal" : "gram";
}

/**
 * The cheaper form of a network's step, and what both cost.
 *
 * @param examples b; the batch has n = b × outputs residual rows.
 */
export function chooseForm(
  blocks: readonly ParameterBlock[],
  examples: number,
  outputs: number,
  dtype: DType,
): FormCosts {
  const n = examples * outputs;
  const p = trainableCount(blocks);
  const size = dtype === "float32" ? 4 : 8;
  const space = { parameters: p, dtype, gramFlops: gramFlopsOf(blocks, outputs) };
  return {
    form: cheaperForm(space, n),
    flops: countFlops(space, n, 3, 1),
    cost: countFlops(space, n, weights.pass, weights.cholesky[dtype]),
    bytes: {
      gram: size * (examples ** 2 + n ** 2) + 16 * n ** 2,
      primal: (size + 16) * p ** 2 + size * Math.min(n, 256) * p,
    },
  };
}

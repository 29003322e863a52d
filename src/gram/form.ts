import type { DType } from "../kernels/kernels.ts";
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
  readonly flops: { readonly gram: number; readonly primal: number };
  readonly bytes: { readonly gram: number; readonly primal: number };
}

/**
 * Chooses the cheaper form by counting floating-point operations, a product and a sum as 2:
 *
 *     gram    Σ_layers (b² rows + n² units + 3 n²) + n³/3     the symmetric products count half
 *     primal  n p² + p³/3 + n p
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
  const trainable = blocks.filter((block) => block.trainable);
  const products = trainable.reduce(
    (sum, block) => sum + examples ** 2 * block.rows + n ** 2 * (block.columns + 3),
    0,
  );
  const flops = { gram: products + n ** 3 / 3, primal: n * p ** 2 + p ** 3 / 3 + n * p };
  const bytes = {
    gram: size * (examples ** 2 + n ** 2) + 16 * n ** 2,
    primal: (size + 16) * p ** 2 + size * Math.min(n, 256) * p,
  };
  return { form: flops.primal < flops.gram ? "primal" : "gram", flops, bytes };
}

import type { Kernels } from "../../src/kernels/kernels.ts";
import { linearize } from "../../src/linearization/linearize.ts";
import { symmetricSolver } from "../../src/posterior/symmetric-solver.ts";
import type { Examples } from "./examples.ts";
import type { Start } from "./wide-network.ts";

/** Kernel regression with the tangent kernel of a network where its training starts. */
export interface KernelRegression {
  /** The mean of the diagonal of G over the training rows: the unit of the ridge. */
  readonly meanDiagonal: number;
  /**
   * f₀(x) - k(x, X) (G + ridge I)⁻¹ (f₀(X) - y), k(x, x') = ∇f₀(x) · ∇f₀(x'), for each test row x: what training
   * would give if the network were linear in its parameters.
   */
  predict(ridge: number): Float64Array;
}

/** Prepares kernel regression: linearizes the network on the training and the test rows together. */
export function kernelRegression(
  kernels: Kernels,
  { network, initial }: Start,
  { rows: n, columns, inputs, targets }: Examples,
  testInputs: Float64Array,
): KernelRegression {
  const all = n + testInputs.length / columns;
  const data = new Float64Array(all * columns);
  data.set(inputs);
  data.set(testInputs, n * columns);
  const linearization = linearize(network, initial, { data, shape: [all, columns] }, { kernels });
  const kernel = linearization.gram();
  const f = linearization.outputs;
  const gram = kernels.allocate("float64", n * n);
  for (let i = 0; i < n; i++) gram.set(kernel.subarray(i * all, i * all + n), i * n);
  const solver = symmetricSolver(kernels, n);
  const u = kernels.allocate("float64", n);
  solver.load(n, gram);
  return {
    meanDiagonal: solver.trace / n,
    predict(ridge) {
      solver.factorize(null, ridge);
      for (let i = 0; i < n; i++) u[i] = f[i]! - targets[i]!;
      solver.apply(u);
      return Float64Array.from({ length: all - n }, (_, t) => {
        let value = f[n + t]!;
        for (let i = 0; i < n; i++) value -= kernel[(n + t) * all + i]! * u[i]!;
        return value;
      });
    },
  };
}

/** ‖a - b‖ / ‖b‖. */
export function relativeDifference(a: Float64Array, b: Float64Array): number {
  return Math.hypot(...a.map((value, i) => value - b[i]!)) / Math.hypot(...b);
}

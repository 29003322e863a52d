import { describe, expect, test } from "vitest";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { denseNetwork } from "../../src/network/network.ts";
import { loadDataset } from "../../src/residuals/dataset.ts";
import { type DenseFunction, denseResidual } from "../../src/residuals/dense-residual.ts";
import { networkResidual } from "../../src/residuals/network-residual.ts";

/** Residuals θ_0 e - θ_1 of the examples e = 0, 1, 2. */
class Line implements DenseFunction {
  readonly parameters = 2;
  readonly examples = 3;
  readonly slopes = [0, 1, 2];
  evaluate(
    theta: ArrayLike<number>,
    example: number,
    r: Float32Array | Float64Array,
    jacobian: Float32Array | Float64Array | null,
  ) {
    r[0] = theta[0]! * this.slopes[example]! - theta[1]!;
    jacobian?.set([this.slopes[example]!, -1]);
  }
}

describe("denseResidual", () => {
  test("takes an object whose function needs it", () => {
    const planned = denseResidual(new Line()).plan(referenceKernels(), "float64", 3);
    const theta = planned.space.vector();
    theta.flat.set([2, 1]);
    planned.load(Int32Array.of(2, 0), 0, 2);
    planned.linearize(theta);
    expect([...planned.residuals.subarray(0, 2)]).toEqual([3, -1]);
    expect(planned.loss).toBe(5);
    expect([...planned.linearization.pullback(planned.residuals, planned.space.vector()).flat]).toEqual([
      6, -2,
    ]);
  });

  test.each([
    ["leave a parameter out", [{ start: 0, end: 1 }]],
    [
      "overlap",
      [
        { start: 0, end: 2 },
        { start: 1, end: 2 },
      ],
    ],
  ])("refuses groups that %s", (_, groups) => {
    const grouped = { parameters: 2, examples: 1, groups, evaluate() {} };
    expect(() => denseResidual(grouped).plan(referenceKernels(), "float64", 1)).toThrow(
      "groups: do not cover the 2 parameters one after the other",
    );
  });
});

test("the residuals of a network take examples that repeat", () => {
  const kernels = referenceKernels();
  const dataset = loadDataset(kernels, "float64", 2, [1, 2, 3, 4], [5, 6]);
  const planned = networkResidual(denseNetwork(2, [], 1), dataset).plan(kernels, "float64", 5);
  const order = Int32Array.of(1, 0, 1, 1, 0);
  const theta = planned.space.vector();
  // 5² and 6²: the network gives 0.
  expect(planned.sumOfSquares(theta, order, 5)).toBe(158);
  planned.load(order, 0, 5);
  planned.linearize(theta);
  expect(2 * planned.loss).toBe(158);
  expect(planned.sumOfSquares(theta, order.slice(), 5)).toBe(158);
  expect(planned.sumOfSquares(theta, order.slice().reverse(), 2)).toBe(61);
});

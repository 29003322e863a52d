import { describe, expect, test } from "vitest";
import { componentWise } from "../../src/curvatures/component-wise.ts";
import { type ApproximateCurvature, exactCurvature } from "../../src/curvatures/curvature.ts";
import { curvatureBatch } from "../../src/curvatures/curvature-batch.ts";
import { eigenvalueCutoff } from "../../src/curvatures/eigenvalue-cutoff.ts";
import { kfac } from "../../src/curvatures/kfac.ts";
import { layerwise } from "../../src/curvatures/layerwise.ts";
import { nystrom } from "../../src/curvatures/nystrom.ts";
import { sketchedGradients } from "../../src/curvatures/sketched-gradients.ts";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { networkSpace } from "../../src/linearization/space.ts";
import type { Layer } from "../../src/network/layers.ts";
import type { Network } from "../../src/network/network.ts";
import { adam } from "../../src/optimizers/adam.ts";
import { exactLastLayer } from "../../src/optimizers/exact-last-layer.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import { leaveOneOutDamping } from "../../src/optimizers/leave-one-out-damping.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { evidence, weightDecay } from "../../src/optimizers/prior.ts";
import { sgd } from "../../src/optimizers/sgd.ts";
import { stepHalving } from "../../src/optimizers/step-search.ts";
import { naiveLayersJacobian, naiveOutputs } from "../twins/naive-layers.ts";
import { dotProduct, transpose } from "../twins/naive-matrix.ts";
import { planSteps, regressionProblem } from "./regression-problem.ts";

const convolution: Layer = { kind: "conv2d", filters: 3, kernel: 2, activation: "tanh", stride: 2 };
const linear: Layer = { kind: "dense", units: 1, activation: "identity" };
/** On pictures of 3 × 3 with one channel. */
const on = (...layers: Layer[]): Network => ({ inputs: 9, shape: [3, 3, 1], layers });
const pictures = on(convolution, { kind: "scale" }, { kind: "flatten" }, linear);
const spaceOf = (network: Network) => networkSpace(referenceKernels(), "float64", network, 10);

/** Each kind of layer that has parameters, groups of filters, a norm and a sum. */
const everyKind: Network = on(
  { kind: "conv2d", filters: 4, kernel: 2, activation: "tanh", groups: 1, bias: false },
  {
    kind: "residual",
    body: [
      { kind: "scale", activation: "tanh" },
      { kind: "conv2d", filters: 4, kernel: 2, groups: 2 },
      { kind: "scale", per: "layer" },
    ],
  },
  { kind: "group-norm", groups: 2 },
  { kind: "scale" },
  { kind: "flatten" },
  { kind: "embedding", column: 0, levels: 2, units: 2 },
  linear,
);

const forAll: readonly (readonly [string, () => ApproximateCurvature])[] = [
  ["layerwise", () => layerwise()],
  ["layerwise with reuse", () => layerwise({ reuse: 2 })],
  ["curvature-batch", () => curvatureBatch({ examples: 8 })],
  ["nystrom", () => nystrom({ rank: 8 })],
  ["sketched-gradients", () => sketchedGradients()],
  ["component-wise", () => componentWise()],
  ["kfac", () => kfac()],
  ["kfac with reuse", () => kfac({ reuse: 2 })],
];

describe.each(forAll)("the curvature %s", (_, make) => {
  test("lowers the loss of a network with layers of all kinds", () => {
    expectDescent(gramGaussNewton({ curvature: make() }), everyKind);
  });

  test("lowers that of the dense layers above a frozen convolution", () => {
    const frozen = on({ ...convolution, trainable: false } as Layer, { kind: "flatten" }, linear);
    expectDescent(gramGaussNewton({ curvature: make() }), frozen);
  });
});

/** Parameters and losses before each of some steps. */
function run(optimizer: Optimizer, network: Network, steps: number, examples = 10) {
  const setup = regressionProblem({ examples, seed: 5, network });
  const { problem, parameters, space } = setup;
  const takeStep = planSteps(optimizer, space);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    problem.linearize(parameters);
    losses.push(problem.loss);
    takeStep(problem, parameters);
  }
  problem.linearize(parameters);
  return { ...setup, losses: [...losses, problem.loss] };
}

function expectDescent(optimizer: Optimizer, network: Network): void {
  const { losses } = run(optimizer, network, 8);
  for (let step = 1; step < losses.length; step++)
    expect(losses[step]).toBeLessThanOrEqual(losses[step - 1]! * (1 + 1e-12));
  expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!);
}

const exact: readonly (readonly [string, () => Optimizer])[] = [
  ["the Gram form", () => gramGaussNewton({ curvature: exactCurvature("gram") })],
  ["the primal form", () => gramGaussNewton({ curvature: exactCurvature("primal") })],
  ["a cut-off", () => gramGaussNewton({ curvature: eigenvalueCutoff() })],
  ["damping by leave-one-out errors", () => gramGaussNewton({ damping: leaveOneOutDamping() })],
  ["a line search", () => gramGaussNewton({ damping: 0.01, search: stepHalving() })],
  ["Adam", () => adam({ learningRate: 0.01 })],
];

test.each(exact)("%s lowers the loss of a network with shared weights", (_, make) => {
  expectDescent(make(), pictures);
});

test("weight decay and momentum lower the loss of a network with shared weights", () => {
  // The objective that each step lowers has the prior in it.
  const { losses } = run(gramGaussNewton({ prior: weightDecay(0.01), momentum: 0.5 }), pictures, 8);
  expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!);
});

test("the evidence of groups without weights or biases is finite", () => {
  const network = on(
    { ...convolution, bias: false } as Layer,
    { kind: "scale", scale: false },
    { kind: "scale", shift: false },
    { kind: "flatten" },
    linear,
  );
  const { parameters, losses } = run(gramGaussNewton({ prior: evidence({ groups: "layers" }) }), network, 8);
  expect(parameters.flat.every(Number.isFinite)).toBe(true);
  expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!);
});

describe("exactLastLayer above convolutions", () => {
  test.each<[string, () => Optimizer]>([
    ["gramGaussNewton", () => gramGaussNewton()],
    ["adam", () => adam({ learningRate: 0.01 })],
  ])("of %s leaves no gradient in the last layer", (_, make) => {
    const { network, parameters, xs, targets, losses } = run(exactLastLayer(make()), pictures, 3, 30);
    const theta = parameters.flat;
    const r = xs.map((x, i) => naiveOutputs(network, theta, x)[0]! - targets[i]!);
    const columns = transpose(naiveLayersJacobian(network, theta, xs));
    // 15 parameters of the convolution, 6 of the scale, 12 + 1 of the last layer, whose columns are its inputs Φ.
    expect(columns.length).toBe(15 + 6 + 13);
    const gradient = columns.map((column) => Math.abs(dotProduct(column, r)));
    // Φᵀ Φ Δ = -Φᵀ r is solved to ε ‖Φᵀ Φ‖ ‖Θ‖ for each of 13 terms of its sums, whatever its condition, and the
    // products of 30 terms in Φᵀ r are rounded: ε ‖Φ‖ ‖r‖.
    const squares = columns.slice(21).reduce((sum, column) => sum + dotProduct(column, column), 0);
    const size = Math.sqrt(dotProduct(theta.subarray(21), theta.subarray(21)));
    const rounding = 13 * squares * size + 30 * Math.sqrt(squares * dotProduct(r, r));
    expect(Math.max(...gradient.slice(21))).toBeLessThan(Number.EPSILON * rounding);
    expect(Math.max(...gradient.slice(0, 21))).toBeGreaterThan(1e-6);
    for (let step = 1; step < losses.length; step++)
      expect(losses[step]).toBeLessThanOrEqual(losses[step - 1]! * (1 + 1e-12));
  });

  test.each<[string, Layer[], string]>([
    ["a convolution", [convolution], 'is of kind "convolution"'],
    ["a frozen layer", [{ kind: "flatten" }, { ...linear, trainable: false } as Layer], "is frozen"],
    [
      "an activation of its own",
      [{ kind: "flatten" }, linear, { kind: "activation", activation: "tanh" }],
      "has no parameters of its own",
    ],
    [
      "a sum",
      [{ kind: "flatten" }, linear, { kind: "residual", body: [linear], activation: "tanh" }],
      "has no parameters of its own",
    ],
  ])("refuses a network that ends with %s", (_, layers, obstacle) => {
    const message = `exactLastLayer: the last layer ${obstacle}; it must be dense, linear and trainable`;
    expect(() => exactLastLayer(sgd()).plan(spaceOf(on(...layers)))).toThrow(message);
  });
});

import { expect, test } from "vitest";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { initialize } from "../../src/network/initialize.ts";
import { denseNetwork, parameterBlocks } from "../../src/network/network.ts";
import { allocateParameters } from "../../src/network/parameter-vector.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { loadDataset, plainInputs } from "../../src/residuals/dataset.ts";
import { planEvaluator } from "../../src/residuals/evaluator.ts";
import { naiveForward } from "../twins/naive-network.ts";

/** More rows than one pass takes, and a rest. */
const rows = 600;

function setUp() {
  const kernels = referenceKernels();
  const network = denseNetwork(3, [4], 2);
  const gaussian = gaussianRandom(seededRandom(1));
  const xs = Array.from({ length: rows }, () => [gaussian(), gaussian(), gaussian()]);
  const ys = xs.map(() => [gaussian(), gaussian()]);
  const theta = allocateParameters(kernels, "float64", parameterBlocks(network));
  theta.flat.set(initialize(network, 2).map((value) => value + 0.1 * gaussian()));
  return {
    xs,
    ys,
    theta,
    f: xs.map((x) => naiveForward(network, theta.flat, x)),
    evaluator: planEvaluator(kernels, network, "float64"),
    dataset: loadDataset(kernels, "float64", rows, xs.flat(), ys.flat()),
  };
}

test("predict is the network's output of every row", () => {
  const { evaluator, theta, xs, f } = setUp();
  const out = new Float64Array(2 * rows);
  expect(evaluator.predict(theta, plainInputs(xs.flat(), 3), rows, out)).toBe(out);
  // Sums of 4 and 5 products of the order of 1 to 10.
  f.flat().forEach((value, i) => {
    expect(Math.abs(out[i]! - value)).toBeLessThan(100 * Number.EPSILON);
  });
});

test("sumOfSquares is ‖f - y‖² over the rows that are asked for, which may repeat", () => {
  const { evaluator, theta, dataset, ys, f } = setUp();
  const square = (i: number) => f[i]!.reduce((sum, value, k) => sum + (value - ys[i]![k]!) ** 2, 0);
  const order = Int32Array.from({ length: rows }, (_, i) => (7 * i) % rows);
  for (const [asked, count] of [
    [order, rows],
    [order, 300],
    [Int32Array.of(5, 5, 5), 3],
    [order, 0],
  ] as const) {
    const expected = asked.subarray(0, count).reduce((sum, i) => sum + square(i), 0);
    const found = evaluator.sumOfSquares(theta, dataset, asked, count);
    expect(Math.abs(found - expected)).toBeLessThanOrEqual(4 * rows * Number.EPSILON * expected);
  }
});

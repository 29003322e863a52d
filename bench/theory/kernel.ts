import type { Experiment } from "./experiment.ts";
import { drawKernel } from "./kernel-figure.ts";
import {
  fitDifference,
  type KernelCell,
  type KernelFamily,
  medianRun,
  runKernel,
  runPath,
} from "./kernel-run.ts";
import { threeLayer, twoLayer } from "./wide-network.ts";

/** The network of the theory, its output layer fixed, and one as it is used: two hidden layers, biases, everything trained. */
export const kernelFamilies: readonly KernelFamily[] = [
  {
    name: "1 hidden layer",
    draw: (inputs, width, seed) => twoLayer({ activation: "tanh", signs: "random" }, inputs, width, seed),
  },
  {
    name: "2 hidden layers",
    draw: (inputs, width, seed) => threeLayer("tanh", inputs, width, seed),
  },
];

const sizes = { examples: 32, inputs: 5, testRows: 200, steps: 12, ridge: 0.1 };
const exponents = [
  [6, 7, 8, 9, 10, 11, 12, 13],
  [5, 6, 7, 8, 9, 10],
];
const seeds = [0, 1, 2, 3, 4];
const pathWidths = [64, 4096];

/** Training a wide network is kernel regression with its own tangent kernel. */
export const kernel: Experiment = {
  name: "kernel",
  summary: "wide networks predict what kernel regression with their tangent kernel predicts",
  run({ row, figure }) {
    const cells: KernelCell[] = [];
    for (const [f, family] of kernelFamilies.entries())
      for (const width of exponents[f]!.map((exponent) => 2 ** exponent)) {
        const cell = { family, width, runs: seeds.map((seed) => runKernel(family, width, seed, sizes)) };
        cells.push(cell);
        row({ experiment: "kernel", network: family.name, width, ...medianRun(cell) });
      }
    for (const family of kernelFamilies) row(summaryRow(cells.filter((cell) => cell.family === family)));
    const paths = pathWidths.map((width) => runPath(kernelFamilies[0]!, width, 0, sizes));
    figure("kernel", drawKernel(kernelFamilies, cells, paths));
  },
};

function summaryRow(cells: readonly KernelCell[]) {
  const [ridgeless, ridge] = [fitDifference(cells, "ridgeless"), fitDifference(cells, "ridge")];
  return {
    experiment: "kernel",
    network: cells[0]!.family.name,
    ridgeExponent: ridge.slope,
    ridgeExponentError: ridge.error,
    rate: ridgeless.slope,
    rateError: ridgeless.error,
  };
}

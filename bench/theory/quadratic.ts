import { median } from "../statistics.ts";
import type { Experiment } from "./experiment.ts";
import { drawQuadratic } from "./quadratic-figure.ts";
import {
  fitFirstRatio,
  lastOrders,
  medianOf,
  type QuadraticCell,
  residualsOf,
  runQuadratic,
} from "./quadratic-run.ts";
import { describeFamily, type TwoLayerFamily } from "./wide-network.ts";

const families: readonly TwoLayerFamily[] = [
  { activation: "tanh", signs: "random" },
  { activation: "softplus", signs: "random" },
  { activation: "softplus", signs: "equal" },
];

const sizes = { examples: 32, inputs: 10, testRows: 100, maxSteps: 8 };
const widths = [6, 7, 8, 9, 10, 11, 12, 13, 14].map((exponent) => 2 ** exponent);
const seeds = [0, 1, 2, 3, 4];

/** The power of m is also fitted from this width on: narrower networks are not yet nearly linear. */
const wide = 1024;

/** Full batch, undamped: the residual norm converges quadratically, the faster the wider the network. */
export const quadratic: Experiment = {
  name: "quadratic",
  summary: "full batch, undamped: quadratic convergence, faster with the width",
  run({ row, figure }) {
    const cells: QuadraticCell[] = [];
    for (const family of families)
      for (const width of widths) {
        const cell = { family, width, runs: seeds.map((seed) => runQuadratic(family, width, seed, sizes)) };
        cells.push(cell);
        for (const one of stepRows(cell)) row(one);
      }
    for (const family of families) row(summaryRow(cells.filter((cell) => cell.family === family)));
    figure("quadratic", drawQuadratic(families, cells));
  },
};

/** Medians over the seeds. */
function stepRows(cell: QuadraticCell) {
  const { family, width, runs } = cell;
  return residualsOf(cell).map((residual, step) => ({
    experiment: "quadratic",
    network: describeFamily(family),
    width,
    step,
    residual,
    ratio: medianOf(runs, ({ ratios }) => ratios[step]),
    order: medianOf(runs, ({ orders }) => orders[step - 1]),
    fromKernelRegression: medianOf(runs, ({ fromKernel }) => fromKernel[step]),
  }));
}

function summaryRow(cells: readonly QuadraticCell[]) {
  const all = fitFirstRatio(cells);
  const wider = fitFirstRatio(cells.filter(({ width }) => width >= wide));
  const runs = cells.flatMap((cell) => cell.runs);
  return {
    experiment: "quadratic",
    network: describeFamily(cells[0]!.family),
    runs: runs.length,
    converged: runs.filter(({ converged }) => converged).length,
    undamped: runs.filter(({ undamped }) => undamped).length,
    exponent: all.slope,
    exponentError: all.error,
    wideExponent: wider.slope,
    wideExponentError: wider.error,
    order: median(lastOrders(cells)),
  };
}

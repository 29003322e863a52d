import { median } from "../statistics.ts";
import type { Experiment } from "./experiment.ts";
import { drawMiniBatch, type MiniBatchCell } from "./mini-batch-figure.ts";
import { fitRate, type MiniBatchSizes, runMiniBatch } from "./mini-batch-run.ts";

const sizes: MiniBatchSizes = { activation: "tanh", examples: 128, inputs: 32, width: 2048, epochs: 60 };
const batchSizes = [4, 8, 16, 32, 64];
const seeds = [0, 1, 2];

/** Epochs that have a row. */
const shownEpochs = [0, 1, 2, 5, 10, 20, 40, 60];

/** Cyclic batches, undamped: the loss falls geometrically, as fast as the Gram matrix says. */
export const miniBatch: Experiment = {
  name: "mini-batch",
  summary: "cyclic batches, undamped: the loss falls geometrically",
  run({ row, figure }) {
    const cells: MiniBatchCell[] = [];
    for (const batchSize of batchSizes) {
      const runs = seeds.map((seed) => runMiniBatch(batchSize, seed, sizes));
      const mid = (key: "residuals" | "predicted") =>
        runs[0]![key].map((_, epoch) => median(runs.map((run) => run[key][epoch]!)));
      const rateOf = (key: "residuals" | "predicted") => median(runs.map((run) => fitRate(run[key]).rate));
      cells.push({
        batchSize,
        residuals: mid("residuals"),
        predicted: mid("predicted"),
        rate: rateOf("residuals"),
        predictedRate: rateOf("predicted"),
        undamped: runs.every(({ undamped }) => undamped),
      });
      for (const one of epochRows(cells.at(-1)!)) row(one);
    }
    for (const cell of cells) row(summaryRow(cell));
    figure("mini-batch", drawMiniBatch(cells, sizes));
  },
};

function epochRows({ batchSize, residuals, predicted }: MiniBatchCell) {
  return shownEpochs.map((epoch) => ({
    experiment: "mini-batch",
    width: sizes.width,
    batch: batchSize,
    epoch,
    step: (epoch * sizes.examples) / batchSize,
    residual: residuals[epoch]!,
    predicted: predicted[epoch]!,
  }));
}

function summaryRow({ batchSize, rate, predictedRate, undamped }: MiniBatchCell) {
  return {
    experiment: "mini-batch",
    width: sizes.width,
    batch: batchSize,
    undamped: undamped ? "all steps" : "not all steps",
    epochsPerDigit: Math.log(0.1) / Math.log(rate),
    predictedRate,
    rate,
  };
}

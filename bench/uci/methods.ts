import { type FitOptions, fitTable, type Model } from "../../src/index.ts";
import { adam, evidence, gramGaussNewton, type Optimizer, sgd } from "../../src/methods.ts";
import type { UciTable } from "./protocol.ts";

/** What a method achieved on a split. */
export interface Outcome {
  readonly rmse: number;
  /** Of the fit, or of the best of several fits. */
  readonly seconds: number;
  /** From the start of that fit to its least validation error. */
  readonly secondsToBest: number | null;
}

/** A way to fit a table. */
export type Method = (data: UciTable, split: number) => Promise<Outcome>;

/** The shape that `auto` tries first, for the first-order methods too. */
const hidden = [20, 20];

/** Epochs that a first-order method gets, and without progress. */
const epochs = 1000;
const patience = 100;

const adamRates = [1e-3, 3e-3, 1e-2, 3e-2];
const sgdRates = [1e-3, 1e-2, 1e-1];

/** Methods by name, as in the rows. */
export const methods: Readonly<Record<string, Method>> = {
  auto: (data, split) => fitOnce(data, split, {}),
  "auto-ensemble": (data, split) => fitOnce(data, split, { ensemble: 5 }),
  adam: (data, split) => fitBest(data, split, adamRates, (learningRate) => adam({ learningRate })),
  sgd: (data, split) => fitBest(data, split, sgdRates, (learningRate) => sgd({ learningRate })),
  ridge: async (data, split) => {
    const start = performance.now();
    // The smallest network that there is: the baseline comes with it.
    const { report } = await fitSplit(data, split, { hidden: [], maxSteps: 1 });
    const seconds = (performance.now() - start) / 1000;
    return { rmse: report.baseline.ridge.rmse.test!, seconds, secondsToBest: null };
  },
};

/** Parts of the recipe on and off, for the ablations. */
export const ablations: Readonly<Record<string, Method>> = {
  auto: methods.auto!,
  "auto, only 20-20": (data, split) => fitOnce(data, split, { hidden }),
  "auto, only 50": (data, split) => fitOnce(data, split, { hidden: [50] }),
  "20-20, one prior, no refit": (data, split) =>
    fitOnce(data, split, { hidden, optimizer: gramGaussNewton({ prior: evidence() }) }),
  "20-20, a prior for each layer, no refit": (data, split) =>
    fitOnce(data, split, { hidden, optimizer: gramGaussNewton({ prior: evidence({ groups: "layers" }) }) }),
  "20-20, no prior, early stopping": (data, split) =>
    fitOnce(data, split, { hidden, optimizer: gramGaussNewton() }),
};

async function fitSplit(
  { table, target, splits }: UciTable,
  split: number,
  options: FitOptions,
): Promise<Model> {
  const { model } = await fitTable(table, { targets: [target], testRows: splits[split]!, ...options });
  return model;
}

async function fitOnce(data: UciTable, split: number, options: FitOptions): Promise<Outcome> {
  const start = performance.now();
  const { report } = await fitSplit(data, split, options);
  return {
    rmse: report.errors.rmse.test!,
    seconds: (performance.now() - start) / 1000,
    secondsToBest: report.history[report.bestEpoch]!.seconds,
  };
}

/** The fit with the learning rate of the least validation error; its time alone counts. */
async function fitBest(
  data: UciTable,
  split: number,
  rates: readonly number[],
  make: (rate: number) => Optimizer,
): Promise<Outcome> {
  let best: { error: number; outcome: Outcome } | null = null;
  for (const rate of rates) {
    const start = performance.now();
    const batches = Math.ceil((0.765 * data.table.rows) / 32);
    const { report } = await fitSplit(data, split, {
      hidden,
      optimizer: make(rate),
      batchSize: 32,
      maxSteps: epochs * batches,
      patience,
    });
    const seconds = (performance.now() - start) / 1000;
    const error = report.errors.rmse.validation!;
    const secondsToBest = report.history[report.bestEpoch]!.seconds;
    if (!best || error < best.error)
      best = { error, outcome: { rmse: report.errors.rmse.test!, seconds, secondsToBest } };
  }
  return best!.outcome;
}

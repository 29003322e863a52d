import type { ComparedRun, Comparison } from "../model/compare.ts";
import { measures } from "./result-line.ts";

/** A line of `compare --json` for each optimizer. */
export function optimizerLine({ report, ...run }: ComparedRun): object {
  const { steps, epochs, seconds, stop, errors, targets } = report;
  return {
    event: "optimizer",
    optimizer: run.optimizer,
    batchSize: run.batchSize,
    stepMilliseconds: run.stepMilliseconds,
    steps,
    epochs,
    seconds,
    secondsToBest: run.secondsToBest,
    stop: { reason: stop.reason, message: stop.message },
    ...measures(errors),
    targets: targets.map(({ name, errors: ofTarget }) => ({ name, ...measures(ofTarget) })),
  };
}

/** The last line of `compare --json`. */
export function comparisonLine(
  comparison: Comparison,
  { interrupted, report }: { interrupted: boolean; report: string | null },
): object {
  const { runs, best, network, parameters } = comparison;
  const { rows, baseline, inputs, outputs, kernels, dtype, seed } = runs[0]!.report;
  return {
    event: "result",
    rows: rows.train + rows.validation + rows.test,
    rowsOf: rows,
    inputs,
    outputs,
    parameters,
    network,
    kernels,
    dtype,
    seed,
    optimizers: runs.map(({ optimizer }) => optimizer),
    best: runs[best]!.optimizer,
    interrupted,
    baseline: { mean: measures(baseline.mean), ridge: measures(baseline.ridge) },
    written: { report },
  };
}

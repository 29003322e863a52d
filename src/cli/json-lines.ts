import type { ComparedRun, Comparison } from "../model/compare.ts";
import type { Errors, FitReport } from "../model/fit-report.ts";

/** The last line of `train --json`: a stable form of the report, for programs. */
export function resultLine(report: FitReport, written: { model: string; report: string | null }): object {
  const { rows, errors, baseline, stop } = report;
  return {
    event: "result",
    // The networks of an ensemble hold out different rows: those that validate one teach others.
    rows: rows.train + (report.members > 1 ? 0 : rows.validation) + rows.test,
    rowsOf: rows,
    inputs: report.inputs,
    outputs: report.outputs,
    parameters: report.parameters,
    members: report.members,
    network: report.network,
    optimizer: report.optimizer,
    kernels: report.kernels,
    dtype: report.dtype,
    seed: report.seed,
    steps: report.steps,
    epochs: report.epochs,
    seconds: report.seconds,
    stop: { reason: stop.reason, message: stop.message },
    ...measures(errors),
    targets: report.targets.map(({ name, errors: ofTarget }) => ({ name, ...measures(ofTarget) })),
    baseline: { mean: measures(baseline.mean), ridge: measures(baseline.ridge) },
    decisions: report.decisions,
    written,
  };
}

/** Errors, without anything else that an object may hold. */
export function measures({ rmse, mae, r2 }: Errors): Errors {
  return { rmse, mae, r2 };
}

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

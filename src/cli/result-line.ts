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

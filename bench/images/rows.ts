import type { Row } from "../benchmark.ts";
import type { PictureErrors } from "./picture-errors.ts";
import type { PictureRun } from "./picture-run.ts";
import { bestOf, firstWithin, last } from "./race.ts";

/** The runs of a task. */
export interface TaskRuns {
  readonly task: string;
  readonly unit: string;
  /** All of them. */
  readonly runs: readonly PictureRun[];
  /** One for each method, at the rate that the validation error chose. */
  readonly chosen: readonly PictureRun[];
}

/** Takes of each method the run of the least validation error at its end. */
export function chooseRuns(task: string, unit: string, runs: readonly PictureRun[]): TaskRuns {
  const methods = [...new Set(runs.map(({ setting }) => setting.method))];
  const chosen = methods.map((method) => bestOf(runs.filter(({ setting }) => setting.method === method)));
  return { task, unit, runs, chosen };
}

/** The run that the others are measured by. */
function bestFirstOrder({ chosen }: TaskRuns): PictureRun {
  return bestOf(chosen.filter(({ setting }) => setting.method !== "gram-gauss-newton"));
}

/** A row for each run. Errors are those at its end; "equal" is the validation error of the best first-order run's end. */
export function runRows(results: TaskRuns): readonly Row[] {
  const goal = last(bestFirstOrder(results)).validationRmse;
  return results.runs.map((run) => {
    const { step, seconds, ...errors } = last(run);
    const equal = firstWithin(run, goal);
    return {
      task: results.task,
      method: run.setting.method,
      rate: run.setting.rate,
      chosen: results.chosen.includes(run) ? "yes" : "no",
      parameters: run.parameters,
      steps: step,
      seconds,
      milliseconds: (1000 * seconds) / step,
      ...finiteErrors(errors),
      megabytes: run.bytes / 2 ** 20,
      secondsToEqual: equal?.seconds ?? null,
      stepsToEqual: equal?.step ?? null,
    };
  });
}

/** The row of ridge regression, with the keys of `runRows`. */
export function ridgeRow(task: string, parameters: number, fit: PictureErrors & { seconds: number }): Row {
  const { seconds, ...errors } = fit;
  return {
    task,
    method: "ridge on pixels",
    rate: null,
    chosen: "yes",
    parameters,
    steps: null,
    seconds,
    milliseconds: null,
    ...finiteErrors(errors),
    megabytes: null,
    secondsToEqual: null,
    stepsToEqual: null,
  };
}

/** Those that are no numbers are null. */
function finiteErrors({ trainRmse, validationRmse, testRmse, testMae }: PictureErrors) {
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    trainRmse: finite(trainRmse),
    validationRmse: finite(validationRmse),
    testRmse: finite(testRmse),
    testMae: finite(testMae),
  };
}

/**
 * Gram-Gauss-Newton beside each first-order method at its best rate: ratios of step time, memory and test error, and
 * of the time and the steps until both first had the validation error that the other one ended with.
 */
export function ratioRows(results: TaskRuns): readonly Row[] {
  const ours = results.chosen.find(({ setting }) => setting.method === "gram-gauss-newton")!;
  const stepTime = (run: PictureRun) => last(run).seconds / last(run).step;
  return results.chosen
    .filter((run) => run !== ours)
    .map((run) => {
      const goal = last(run).validationRmse;
      const [we, they] = [firstWithin(ours, goal), firstWithin(run, goal)];
      return {
        task: results.task,
        ratio: `gram-gauss-newton / ${run.setting.method}`,
        bestFirstOrder: run === bestFirstOrder(results) ? "yes" : "no",
        stepTime: stepTime(ours) / stepTime(run),
        megabytes: ours.bytes / run.bytes,
        trainRmse: last(ours).trainRmse / last(run).trainRmse,
        testRmse: last(ours).testRmse / last(run).testRmse,
        testMae: last(ours).testMae / last(run).testMae,
        timeToEqual: we && they ? we.seconds / they.seconds : null,
        stepsToEqual: we && they ? we.step / they.step : null,
      };
    });
}

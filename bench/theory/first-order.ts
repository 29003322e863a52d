import { selectKernels } from "../../src/kernels/select-kernels.ts";
import { median } from "../statistics.ts";
import type { Experiment, ExperimentContext } from "./experiment.ts";
import { drawFirstOrder, drawSensitivity, type TaskResult } from "./first-order-figure.ts";
import { runTask, type TaskRun } from "./first-order-run.ts";
import {
  alphas,
  firstOrderGrid,
  fullBatchSetting,
  gramSetting,
  isChoice,
  lambdas,
  type Setting,
} from "./settings.ts";
import { type Task, tasks } from "./tasks.ts";

/** The seed that settings are chosen with; the results are those of all seeds. */
const tuningSeed = 0;
const seeds = [0, 1, 2, 3, 4];

/** Against SGD and Adam, each at its best setting of a printed grid. */
export const firstOrder: Experiment = {
  name: "first-order",
  summary: "against SGD and Adam at their best learning rates, and a map over λ and α",
  run({ row, figure }) {
    const results = tasks.map((task) => compareMethods(task, row));
    for (const result of results) for (const one of resultRows(result)) row(one);
    figure("first-order", drawFirstOrder(results));
    figure("sensitivity", drawSensitivity(results));
    const shares = results.map(({ methods }) => timeShare(methods[1]!.runs, methods[2]!.runs));
    const reached = shares.filter((share) => share !== null);
    const rate = reached.length === shares.length ? geometricMean(reached) : null;
    row({ experiment: "first-order", tasks: tasks.length, rate });
  },
};

/** Chooses settings with one seed, and runs them with all. */
function compareMethods(task: Task, row: ExperimentContext["row"]): TaskResult {
  const kernels = selectKernels("auto", 1);
  const tryOut = (setting: Setting) => {
    const { best } = runTask(task, setting.method, tuningSeed, kernels);
    const { method, choice } = setting;
    row({
      experiment: "first-order",
      task: task.name,
      method: method.name,
      tried: choice,
      validation: best.validation,
      test: best.test,
    });
    return { setting, best };
  };
  const map = lambdas.map((lambda) => alphas.map((alpha) => tryOut(gramSetting(lambda, alpha))));
  const grids = [
    map.filter((_, i) => isChoice(lambdas[i]!)).flat(),
    firstOrderGrid("adam").map(tryOut),
    firstOrderGrid("sgd").map(tryOut),
  ];
  const chosen = grids.map(
    (grid) => grid.reduce((a, b) => (b.best.validation < a.best.validation ? b : a)).setting,
  );
  const settings = [fullBatchSetting(task.fullBatchSteps), ...chosen];
  // Seed by seed, so that a disturbance of the machine meets all methods.
  const runs = seeds.map((seed) => settings.map(({ method }) => runTask(task, method, seed, kernels)));
  const methods = settings.map((setting, m) => ({ setting, runs: runs.map((ofSeed) => ofSeed[m]!) }));
  return { task, methods, map: map.map((line) => line.map(({ best }) => best.test)) };
}

function resultRows({ task, methods }: TaskResult) {
  const adam = methods[2]!.runs;
  return methods.map(({ setting, runs }) => {
    const of = (value: (run: TaskRun) => number) => median(runs.map(value));
    const share = timeShare(runs, adam);
    return {
      experiment: "first-order",
      task: task.name,
      method: setting.method.name,
      chosen: setting.choice,
      step: of(({ best }) => best.step),
      seconds: of(({ best }) => best.seconds),
      train: of(({ best }) => best.train),
      test: of(({ best }) => best.test),
      testRange: [
        Math.min(...runs.map(({ best }) => best.test)),
        Math.max(...runs.map(({ best }) => best.test)),
      ],
      shareOfAdamsTime: share,
    };
  });
}

/**
 * The time to the least validation error of Adam, as a share of Adam's own time to it: the median over the seeds;
 * null where most seeds do not get there.
 */
export function timeShare(runs: readonly TaskRun[], adam: readonly TaskRun[]): number | null {
  const shares = runs.map(({ points }, seed) => {
    const { validation, seconds } = adam[seed]!.best;
    const there = points.find((point) => point.validation <= validation);
    return there ? there.seconds / seconds : Number.POSITIVE_INFINITY;
  });
  const share = median(shares);
  return Number.isFinite(share) ? share : null;
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

import type { DType } from "../../src/kernels/kernels.ts";
import { obstacleToNative, selectKernels } from "../../src/kernels/select-kernels.ts";
import { outputCount, parameterBlocks, trainableCount } from "../../src/network/network.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import { chooseForm, type Form } from "../../src/posterior/form.ts";
import type { Benchmark, Row } from "../benchmark.ts";
import { noteLoad } from "../note-load.ts";
import { median } from "../statistics.ts";
import { type MeasuredKernels, type StepCase, stepCase } from "./cases.ts";
import { gramianStep } from "./gramian-step.ts";
import { drawStart, ratesFor } from "./shared-start.ts";
import { timeSteps } from "./time-steps.ts";

/** p from 61 to 721, one output and several, one layer and three. */
const networks = [
  "1-20-1",
  "3-10-10-1",
  "8-12-12-12-1",
  "13-30-1",
  "5-16-16-8",
  "8-20-20-2",
  "8-50-1",
  "4-40-1",
  "2-8-8-8-3",
  "20-10-10-2",
  "6-90-1",
];

/** n / p, around where the forms cost the same. */
const ratios = [0.25, 0.5, 0.7, 0.8, 1, 1.1, 1.25, 1.4, 1.6, 2, 3, 4];

/** Larger cases take too long. */
const mostFlops = 1e9;

/** Samples of each form, in turn, and the least time of each. */
const samples = 7;
const sampleMs = 2;

/** A step in the Gram form and in the primal form, and what the choice between them costs. */
export const forms: Benchmark = {
  name: "forms",
  summary: "a step by the Gram matrix and by the normal equations, and what the wrong choice costs",
  async run({ row, note }) {
    noteLoad(note);
    const obstacle = obstacleToNative();
    if (obstacle) note(obstacle);
    const kernels: readonly MeasuredKernels[] = obstacle ? ["wasm"] : ["wasm", "native"];
    for (const name of networks)
      for (const ratio of ratios)
        for (const dtype of ["float32", "float64"] as const)
          for (const kind of kernels) {
            compareForms(stepCaseOf(name, ratio), dtype, kind, row);
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
  },
};

/** The batch whose n is about ratio × p. */
function stepCaseOf(name: string, ratio: number): StepCase {
  const { network } = drawStart(stepCase(name, 1));
  const p = trainableCount(parameterBlocks(network));
  return stepCase(name, Math.max(1, Math.round((ratio * p) / outputCount(network))));
}

function compareForms(given: StepCase, dtype: DType, kind: MeasuredKernels, row: (row: Row) => void): void {
  const start = drawStart(given);
  const blocks = parameterBlocks(start.network);
  const outputs = outputCount(start.network);
  const { form, flops, cost } = chooseForm(blocks, given.batch, outputs, dtype);
  if (Math.max(flops.gram, flops.primal) > mostFlops) return;
  const steps = (["gram", "primal"] as const).map((form: Form) => {
    const optimizer = gramGaussNewton({ lambda: 1, alpha: ratesFor(start.network).alpha, form });
    return gramianStep(selectKernels(kind, 1), dtype, start, optimizer).step;
  }) as [() => void, () => void];
  const [gram, primal] = timeInTurn(steps);
  row({
    network: given.name,
    batch: given.batch,
    n: given.batch * outputs,
    p: trainableCount(blocks),
    dtype,
    kernels: kind,
    gram,
    primal,
    "gram / primal": gram / primal,
    predicted: cost.gram / cost.primal,
    counted: flops.gram / flops.primal,
    "chosen / faster": (form === "gram" ? gram : primal) / Math.min(gram, primal),
  });
}

/** The median milliseconds of each. */
function timeInTurn(steps: readonly [() => void, () => void]): [number, number] {
  const counts = steps.map((step) => {
    timeSteps(5, step);
    return Math.max(1, Math.round(sampleMs / timeSteps(3, step)));
  });
  const times = steps.map((): number[] => []);
  for (let i = 0; i < samples; i++)
    for (const [j, step] of steps.entries()) times[j]!.push(timeSteps(counts[j]!, step));
  return [median(times[0]!), median(times[1]!)];
}

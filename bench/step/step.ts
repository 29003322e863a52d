import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DType } from "../../src/kernels/kernels.ts";
import { obstacleToNative, selectKernels } from "../../src/kernels/select-kernels.ts";
import { isDense } from "../../src/network/network.ts";
import type { Benchmark, BenchmarkContext } from "../benchmark.ts";
import { noteLoad } from "../note-load.ts";
import { type Begun, checkAgreement } from "./agreement.ts";
import { readSelection, type Selection, type StepCase } from "./cases.ts";
import { withoutBlasOverrides } from "./clean-environment.ts";
import type { Contender } from "./contender.ts";
import { gramianContenders } from "./gramian-contender.ts";
import { profileSteps } from "./profile.ts";
import { ratioRows } from "./ratios.ts";
import { type Timing, timeInRounds } from "./rounds.ts";
import { drawStart, type SharedStart, writeStart } from "./shared-start.ts";
import { tensorflowContenders } from "./tensorflow-contender.ts";
import { jacobianIsTooLarge, startTorch, type Torch, torchInstall } from "./torch-contender.ts";

/** Steps after each of which the losses are compared. */
const comparedSteps = 3;

/** Time of one step on data in memory: ours, TensorFlow.js's, PyTorch's, from the same start to the same loss. */
export const step: Benchmark = {
  name: "step",
  summary: "one step of ours, of TensorFlow.js and of PyTorch, in milliseconds; --profile: ours by kernels",
  async run(context) {
    withoutBlasOverrides();
    const selection = withoutMissing(readSelection(context), context);
    noteLoad(context.note);
    if (context.flags.has("--profile")) return profileSteps(selection, context);
    const torch = await startTorch();
    context.note(torch ? torch.description : `PyTorch: missing; ${torchInstall}`);
    const folder = mkdtempSync(join(tmpdir(), "gramian-bench-"));
    try {
      for (const stepCase of selection.cases)
        for (const dtype of selection.dtypes)
          await measureCase(stepCase, dtype, selection, torch, folder, context);
    } finally {
      torch?.close();
      rmSync(folder, { recursive: true });
    }
  },
};

/** Leaves out native kernels where there is no BLAS. */
function withoutMissing(selection: Selection, { note }: BenchmarkContext): Selection {
  const obstacle = selection.kernels.includes("native") ? obstacleToNative() : null;
  if (obstacle) note(obstacle);
  else if (selection.kernels.includes("native")) note(`ours: ${selectKernels("native", 1).description}`);
  return { ...selection, kernels: selection.kernels.filter((name) => name !== "native" || !obstacle) };
}

async function measureCase(
  stepCase: StepCase,
  dtype: DType,
  selection: Selection,
  torch: Torch | null,
  folder: string,
  context: BenchmarkContext,
): Promise<void> {
  const start = drawStart(stepCase);
  const path = join(folder, "start");
  writeStart(start, path);
  const where = `${stepCase.name} at ${stepCase.batch}, ${dtype}`;
  if (torch && isDense(start.network) && jacobianIsTooLarge(start, dtype))
    context.note(`${where}: too large for the Gram step by vmap`);
  const contenders = [
    ...ourContenders(start, dtype, selection),
    ...(torch?.contenders(start, path, dtype, selection.threads) ?? []),
    ...(dtype === "float32" && selection.threads.includes(1) ? await tensorflowContenders(start) : []),
  ];
  const begun = await beginAll(contenders);
  const { agreed, refusals, remarks } = checkAgreement(begun, dtype);
  for (const remark of remarks) context.note(`${where}: ${remark}`);
  for (const refusal of refusals) {
    context.note(`${where}: ${refusal}`);
    process.exitCode = 1;
  }
  const timings = await timeInRounds(agreed);
  for (const contender of contenders) await contender.end?.();
  report(stepCase, dtype, timings, context);
}

function ourContenders(
  start: SharedStart,
  dtype: DType,
  { kernels, threads }: Selection,
): readonly Contender[] {
  return kernels.flatMap((name) =>
    threads.flatMap((count) => gramianContenders(selectKernels(name, count), name, count, dtype, start)),
  );
}

async function beginAll(contenders: readonly Contender[]): Promise<readonly Begun[]> {
  const begun: Begun[] = [];
  for (const contender of contenders)
    begun.push({ contender, beginning: await contender.begin(comparedSteps) });
  return begun;
}

function report(
  { name, batch, ...rest }: StepCase,
  dtype: DType,
  timings: readonly Timing[],
  { row, note, flags }: BenchmarkContext,
): void {
  for (const { contender, median, spread, bytes } of timings) {
    const { threads, kernels, system, optimizer } = contender;
    const MiB = bytes === null ? null : bytes / 2 ** 20;
    row({ case: name, batch, dtype, threads, kernels, system, optimizer, milliseconds: median, spread, MiB });
  }
  for (const ratio of ratioRows({ name, batch, ...rest }, dtype, timings))
    if (flags.has("--json")) note(JSON.stringify(ratio));
    else row(ratio);
}

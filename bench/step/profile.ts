import { performance } from "node:perf_hooks";
import type { DType } from "../../src/kernels/kernels.ts";
import { selectKernels } from "../../src/kernels/select-kernels.ts";
import type { BenchmarkContext } from "../benchmark.ts";
import { median } from "../statistics.ts";
import type { MeasuredKernels, Selection, StepCase } from "./cases.ts";
import { type GemmProbe, gemmProbe } from "./gemm-probe.ts";
import { type MeasuredOptimizer, measuredOptimizer, optimizersFor } from "./gramian-contender.ts";
import { gramianStep } from "./gramian-step.ts";
import { type KernelCount, type ProfiledKernels, profiledKernels } from "./profiled-kernels.ts";
import { drawStart } from "./shared-start.ts";
import { timeSteps } from "./time-steps.ts";

/** Each profile takes steps for about this long, uncounted and counted. */
const profileMs = 500;

/** A profile is taken in so many pieces, with a matrix product before each. */
const pieces = 9;

/** What is profiled. */
interface Subject {
  readonly stepCase: StepCase;
  readonly dtype: DType;
  readonly kernels: MeasuredKernels;
  readonly threads: number;
  readonly optimizer: MeasuredOptimizer;
}

/** GFLOP/s of a matrix product. */
type Peaks = Readonly<Record<DType, number>>;

/**
 * Prints where the time of our steps goes: each kernel's share, and its fraction of the speed of a large matrix
 * product, measured in between. Without --threads on one thread.
 */
export function profileSteps(selection: Selection, { row, option }: BenchmarkContext): void {
  const wantedThreads = option("threads") ? selection.threads : [1];
  for (const kernels of selection.kernels)
    for (const threads of wantedThreads) {
      const probe = gemmProbe(selectKernels(kernels, threads));
      for (const stepCase of selection.cases)
        for (const dtype of selection.dtypes)
          for (const optimizer of optimizersFor(stepCase.network))
            for (const line of profileStep({ stepCase, dtype, kernels, threads, optimizer }, probe))
              row(line);
    }
}

function profileStep(subject: Subject, probe: GemmProbe) {
  const { stepCase, dtype, kernels, threads, optimizer } = subject;
  const start = drawStart(stepCase);
  const plain = gramianStep(
    selectKernels(kernels, threads),
    dtype,
    start,
    measuredOptimizer(optimizer, start.network),
  );
  const profiled = profiledKernels(selectKernels(kernels, threads));
  const counted = gramianStep(profiled.kernels, dtype, start, measuredOptimizer(optimizer, start.network));
  const count = warmUp(plain.step, counted.step);
  profiled.reset();
  const samples = Array.from({ length: pieces }, () => ({
    float32: probe.rate("float32"),
    float64: probe.rate("float64"),
    plain: timeSteps(count, plain.step),
    counted: timeSteps(count, counted.step),
  }));
  const typical = (key: keyof (typeof samples)[0]) => median(samples.map((sample) => sample[key]));
  const peaks = { float32: typical("float32"), float64: typical("float64") };
  const countedMs = samples.reduce((sum, sample) => sum + sample.counted, 0) / pieces;
  const { name, batch } = stepCase;
  return [
    ...parts(profiled, pieces * count, countedMs, peaks),
    wholeStep(profiled, pieces * count, typical("plain"), peaks[dtype]),
  ].map((part) => ({ case: name, batch, dtype, threads, kernels, optimizer, ...part }));
}

/** Runs both until they are compiled; the number of steps of a piece. */
function warmUp(plain: () => void, counted: () => void): number {
  const start = performance.now();
  let steps = 0;
  for (; steps < 2 || performance.now() - start < profileMs / 5; steps++) {
    plain();
    counted();
  }
  const stepMs = (performance.now() - start) / steps;
  return Math.max(1, Math.round(profileMs / pieces / stepMs));
}

/** One row for each kernel, the longest first, and one for what is left. */
function parts({ counts }: ProfiledKernels, steps: number, stepMs: number, peaks: Peaks) {
  const rows = [...counts]
    .filter(([, { calls }]) => calls > 0)
    .map(([name, count]) => kernelPart(name, count, steps, stepMs, peaks))
    .sort((a, b) => b.milliseconds - a.milliseconds);
  const rest = stepMs - rows.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return [
    ...rows,
    {
      part: "between kernels",
      calls: null,
      milliseconds: rest,
      share: rest / stepMs,
      "GFLOP/s": null,
      "of peak": null,
    },
  ];
}

function kernelPart(name: string, count: KernelCount, steps: number, stepMs: number, peaks: Peaks) {
  const milliseconds = count.milliseconds / steps;
  const { float32, float64 } = count.flops;
  // The time that the operations would take at the peak of their precision, over the time that they took.
  const ofPeak = (float32 / peaks.float32 + float64 / peaks.float64) / 1e6 / count.milliseconds;
  return {
    part: name,
    calls: count.calls / steps,
    milliseconds,
    share: milliseconds / stepMs,
    "GFLOP/s": ofPeak > 0 ? (float32 + float64) / count.milliseconds / 1e6 : null,
    "of peak": ofPeak > 0 ? ofPeak : null,
  };
}

/** The step without counters, all its operations at the peak of the network's precision. */
function wholeStep({ counts }: ProfiledKernels, steps: number, milliseconds: number, peak: number) {
  let flops = 0;
  for (const count of counts.values()) flops += (count.flops.float32 + count.flops.float64) / steps;
  const gflops = flops / milliseconds / 1e6;
  return {
    part: "whole step, uncounted",
    calls: null,
    milliseconds,
    share: null,
    "GFLOP/s": gflops,
    "of peak": gflops / peak,
  };
}

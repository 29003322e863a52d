import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { obstacleToNative, selectKernels } from "../../src/kernels/select-kernels.ts";
import { outputCount } from "../../src/network/network.ts";
import type { Benchmark, Row } from "../benchmark.ts";
import { noteLoad } from "../note-load.ts";
import { median } from "../statistics.ts";
import { type MeasuredKernels, type StepCase, stepCase } from "./cases.ts";
import { withoutBlasOverrides } from "./clean-environment.ts";
import { type GemmProbe, gemmProbe } from "./gemm-probe.ts";
import { type MeasuredOptimizer, measuredOptimizer } from "./gramian-contender.ts";
import { gramianStep } from "./gramian-step.ts";
import { predictStep } from "./predict-step.ts";
import { drawScaling } from "./scaling-plot.ts";
import { drawStart, type SharedStart } from "./shared-start.ts";
import { timeSteps } from "./time-steps.ts";

/** A size that grows while the others stay. */
export interface Sweep {
  readonly name: "batch" | "width" | "depth";
  /** What stays. */
  readonly fixed: string;
  readonly values: readonly number[];
  caseOf(value: number): StepCase;
}

const inputs = 32;

const network = (width: number, depth: number, batch: number): StepCase =>
  stepCase([inputs, ...Array.from({ length: depth }, () => width), 1].join("-"), batch);

const sweeps: readonly Sweep[] = [
  {
    name: "batch",
    fixed: "2 hidden layers of 256",
    values: [32, 64, 128, 256, 512, 1024, 2048, 4096],
    caseOf: (batch) => network(256, 2, batch),
  },
  {
    name: "width",
    fixed: "2 hidden layers, batch 128",
    values: [64, 128, 256, 512, 1024, 2048, 4096],
    caseOf: (width) => network(width, 2, 128),
  },
  {
    name: "depth",
    fixed: "hidden layers of 256, batch 128",
    values: [2, 4, 8, 16],
    caseOf: (depth) => network(256, depth, 128),
  },
];

/** What was measured at one size, in float32. */
export interface ScalingPoint {
  readonly optimizer: MeasuredOptimizer;
  readonly value: number;
  readonly milliseconds: number;
  /** By the number of operations and the speed of a matrix product. */
  readonly predicted: number;
  readonly bytes: number;
  /** Of n × n numbers in float64. */
  readonly gramBytes: number;
}

/** Where the plot goes: build/scaling.svg. */
const plotPath = fileURLToPath(new URL("../../scaling.svg", import.meta.url));

/** Steps at one size last for about this long. */
const sizeMs = 400;

const mebibyte = 2 ** 20;

/** Time and memory of a step against the sizes of the batch and of the network. */
export const scaling: Benchmark = {
  name: "scaling",
  summary: "time and memory of a step against batch, width and depth; writes build/scaling.svg",
  async run({ row, note }) {
    withoutBlasOverrides();
    noteLoad(note);
    const obstacle = obstacleToNative();
    if (obstacle) note(obstacle);
    const kernels: MeasuredKernels = obstacle ? "wasm" : "native";
    note(`kernels: ${selectKernels(kernels, 1).description}`);
    const probe = gemmProbe(selectKernels(kernels, 1));
    const results = sweeps.map((sweep) => {
      const points = sweep.values.flatMap((value) => measureSize(sweep, value, kernels, probe, row));
      return { sweep, points };
    });
    mkdirSync(dirname(plotPath), { recursive: true });
    writeFileSync(plotPath, drawScaling(results));
    note(`plot: ${plotPath}`);
  },
};

/** Measures SGD and Gram-Gauss-Newton in turn at one size. */
function measureSize(
  sweep: Sweep,
  value: number,
  kernels: MeasuredKernels,
  probe: GemmProbe,
  row: (row: Row) => void,
): readonly ScalingPoint[] {
  const start = drawStart(sweep.caseOf(value));
  const [sgd, gauss] = (["sgd", "gram-gauss-newton"] as const).map((optimizer) =>
    prepare(start, optimizer, kernels),
  ) as [Prepared, Prepared];
  const { rates } = timeInTurn([sgd, gauss], probe);
  const n = start.case.batch * outputCount(start.network);
  const gramBytes = 8 * n ** 2;
  return [sgd, gauss].map((prepared) => {
    const { optimizer, bytes, samples } = prepared;
    const milliseconds = median(samples);
    const predicted = predictStep(start.network, start.case.batch, optimizer, "float32", rates);
    row({
      sweep: sweep.name,
      value,
      fixed: sweep.fixed,
      kernels,
      optimizer,
      milliseconds,
      predicted,
      "measured / predicted": milliseconds / predicted,
      MiB: bytes / mebibyte,
      "(bytes - 8 n²) / bytes of SGD": prepared === gauss ? (bytes - gramBytes) / sgd.bytes : null,
    });
    return { optimizer, value, milliseconds, predicted, bytes, gramBytes };
  });
}

interface Prepared {
  readonly optimizer: MeasuredOptimizer;
  readonly step: () => void;
  /** In the kernels' memory after some steps: it does not shrink, so this is the most. */
  readonly bytes: number;
  readonly samples: number[];
  readonly count: number;
}

function prepare(start: SharedStart, optimizer: MeasuredOptimizer, name: MeasuredKernels): Prepared {
  const kernels = selectKernels(name, 1);
  const before = kernels.bytesAllocated;
  const { step } = gramianStep(kernels, "float32", start, measuredOptimizer(optimizer, start.network));
  const begin = performance.now();
  let steps = 0;
  for (; steps < 2 || performance.now() - begin < sizeMs / 8; steps++) step();
  const count = Math.max(1, Math.round(sizeMs / pieces / ((performance.now() - begin) / steps)));
  return { optimizer, step, bytes: kernels.bytesAllocated - before, samples: [], count };
}

/** Each size is measured in so many pieces, with matrix products in between. */
const pieces = 5;

function timeInTurn(all: readonly Prepared[], probe: GemmProbe) {
  const rates = { float32: [] as number[], float64: [] as number[] };
  for (let piece = 0; piece < pieces; piece++) {
    rates.float32.push(probe.rate("float32"));
    rates.float64.push(probe.rate("float64"));
    for (const { step, count, samples } of all) samples.push(timeSteps(count, step));
  }
  return { rates: { float32: median(rates.float32), float64: median(rates.float64) } };
}

import type { DType } from "../../src/kernels/kernels.ts";
import { residualNetwork, smallConvolutionalNetwork } from "../../src/network/architectures.ts";
import { denseNetwork, type Network } from "../../src/network/network.ts";
import { type BenchmarkContext, BenchmarkError } from "../benchmark.ts";

/** A network and a batch on which steps are timed. */
export interface StepCase {
  /** The widths, for example "32-256-256-1", or a name and the shape of a picture, "resnet-20 32x32x3". */
  readonly name: string;
  readonly network: Network;
  readonly batch: number;
}

const residual = "resnet-20 32x32x3";

const cases: readonly StepCase[] = [
  stepCase("32-256-256-1", 128),
  stepCase("32-256-256-1", 1024),
  stepCase("784-1024-1024-1", 256),
  stepCase("8-50-1", 64),
  stepCase("16-64-64-4", 256),
  { name: residual, network: residualNetwork(20, { shape: [32, 32, 3] }), batch: 64 },
  pictureCase([20, 40, 3]),
  pictureCase([28, 28, 1]),
];

/** A dense network of tanh, described by its widths. */
export function stepCase(name: string, batch: number): StepCase {
  const widths = name.split("-").map(Number);
  const outputs = widths[widths.length - 1]!;
  return { name, network: denseNetwork(widths[0]!, widths.slice(1, -1), outputs, "tanh"), batch };
}

function pictureCase(shape: readonly [number, number, number]): StepCase {
  return { name: `cnn-small ${shape.join("x")}`, network: smallConvolutionalNetwork({ shape }), batch: 64 };
}

/** What the flags left of the benchmark. */
export interface Selection {
  readonly cases: readonly StepCase[];
  readonly dtypes: readonly DType[];
  readonly threads: readonly number[];
  readonly kernels: readonly MeasuredKernels[];
}

export type MeasuredKernels = "native" | "wasm";

/**
 * Reads --case 32-256-256-1, --batch 128, --dtype float32, --threads 1, --kernels native; each takes a list with
 * commas.
 *
 * @throws {BenchmarkError} If nothing of the benchmark has the name that was asked for.
 */
export function readSelection({ option }: Pick<BenchmarkContext, "option">): Selection {
  const names = [...new Set(cases.map(({ name }) => name))];
  const batches = [...new Set(cases.map(({ batch }) => batch))];
  const wantedNames = choose("case", option("case"), names);
  const wantedBatches = choose("batch", option("batch"), batches);
  const selected = cases.filter(
    ({ name, batch }) => wantedNames.includes(name) && wantedBatches.includes(batch),
  );
  if (selected.length === 0)
    throw new BenchmarkError(
      `step: no case has both; there are ${cases.map(({ name, batch }) => `${name} at ${batch}`).join(", ")}`,
    );
  return {
    cases: selected,
    dtypes: choose<DType>("dtype", option("dtype"), ["float32", "float64"]),
    threads: choose("threads", option("threads"), [1, 2]),
    kernels: choose<MeasuredKernels>("kernels", option("kernels"), ["native", "wasm"]),
  };
}

function choose<T extends string | number>(
  name: string,
  wanted: string | null,
  all: readonly T[],
): readonly T[] {
  if (wanted === null) return all;
  return wanted.split(",").map((word) => {
    const found = all.find((candidate) => String(candidate) === word);
    if (found === undefined) throw new BenchmarkError(`step: --${name} ${word}: use ${all.join(", ")}`);
    return found;
  });
}

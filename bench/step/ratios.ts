import type { DType } from "../../src/kernels/kernels.ts";
import { isDense } from "../../src/network/network.ts";
import type { Row } from "../benchmark.ts";
import type { StepCase } from "./cases.ts";
import type { Contender } from "./contender.ts";
import type { Timing } from "./rounds.ts";

type Side = Pick<Contender, "system" | "optimizer" | "kernels">;

/** A quotient of two medians of one interleaved run, or of their memory. */
interface Ratio {
  readonly name: string;
  readonly above: Side;
  readonly below: Side;
  readonly of: "median" | "bytes";
  /** The most that it may be in float32; null where nothing is aimed at. */
  target(stepCase: StepCase): number | null;
}

const ours = (optimizer: Side["optimizer"], kernels: Side["kernels"] = "native"): Side => ({
  system: "gramian",
  optimizer,
  kernels,
});
const theirs = (system: Side["system"], optimizer: Side["optimizer"]): Side => ({
  system,
  optimizer,
  kernels: null,
});

const isPicture = ({ network }: StepCase) => !isDense(network);
const wide = "784-1024-1024-1";
const middle = "32-256-256-1";
const isMain = ({ name, batch }: StepCase) => name === wide || (name === middle && batch === 128);

const ratios: readonly Ratio[] = [
  {
    name: "SGD native / SGD PyTorch",
    above: ours("sgd"),
    below: theirs("pytorch", "sgd"),
    of: "median",
    target: (stepCase) => (isPicture(stepCase) ? 1.5 : 0.9),
  },
  {
    name: "Adam native / Adam PyTorch",
    above: ours("adam"),
    below: theirs("pytorch", "adam"),
    of: "median",
    target: () => null,
  },
  {
    name: "Gram-Gauss-Newton native / SGD native",
    above: ours("gram-gauss-newton"),
    below: ours("sgd"),
    of: "median",
    target: (stepCase) => {
      if (isPicture(stepCase)) return 2;
      return isMain(stepCase) ? (stepCase.name === wide ? 1.25 : 1.6) : null;
    },
  },
  {
    name: "Gram-Gauss-Newton wasm / SGD wasm",
    above: ours("gram-gauss-newton", "wasm"),
    below: ours("sgd", "wasm"),
    of: "median",
    target: (stepCase) => (isPicture(stepCase) ? 2 : null),
  },
  {
    name: "memory: Gram-Gauss-Newton / SGD",
    above: ours("gram-gauss-newton"),
    below: ours("sgd"),
    of: "bytes",
    target: (stepCase) => (isPicture(stepCase) ? 2 : null),
  },
  {
    name: "Gram-Gauss-Newton native / Adam PyTorch",
    above: ours("gram-gauss-newton"),
    below: theirs("pytorch", "adam"),
    of: "median",
    target: (stepCase) => (isMain(stepCase) ? 1 : null),
  },
  {
    name: "Gram-Gauss-Newton native / Gram by vmap PyTorch",
    above: ours("gram-gauss-newton"),
    below: theirs("pytorch", "vmap-gram"),
    of: "median",
    target: (stepCase) => (isMain(stepCase) ? 0.01 : null),
  },
  {
    name: "SGD wasm / SGD TensorFlow.js wasm",
    above: ours("sgd", "wasm"),
    below: theirs("tfjs-wasm", "sgd"),
    of: "median",
    target: () => 0.125,
  },
  {
    name: "SGD wasm / SGD TensorFlow.js cpu",
    above: ours("sgd", "wasm"),
    below: theirs("tfjs-cpu", "sgd"),
    of: "median",
    target: () => null,
  },
];

/** The ratios that a case's timings give: at each number of threads, and of the best at any. */
export function ratioRows(stepCase: StepCase, dtype: DType, timings: readonly Timing[]): readonly Row[] {
  const { name, batch } = stepCase;
  return ratios.flatMap((ratio) => {
    const target = dtype === "float32" ? ratio.target(stepCase) : null;
    return quotients(ratio, timings).map(({ threads, value }) => {
      const met = target === null ? null : value <= target ? "yes" : "no";
      return { case: name, batch, dtype, threads, ratio: ratio.name, value, target, met };
    });
  });
}

function quotients(
  { above, below, of }: Ratio,
  timings: readonly Timing[],
): { threads: string; value: number }[] {
  const quotient = (threads: string, some: readonly Timing[]) => {
    const value = least(some, above, of) / least(some, below, of);
    return Number.isFinite(value) ? [{ threads, value }] : [];
  };
  const counts = [...new Set(timings.map(({ contender }) => contender.threads))];
  const each = counts.flatMap((count) =>
    quotient(
      String(count),
      timings.filter(({ contender }) => contender.threads === count),
    ),
  );
  return each.length > 1 ? [...each, ...quotient(`best of ${counts.join(", ")}`, timings)] : each;
}

/** The least number of one side; NaN where it was not measured. */
function least(timings: readonly Timing[], side: Side, of: Ratio["of"]): number {
  const numbers = timings
    .filter(({ contender: { system, optimizer, kernels } }) => {
      return system === side.system && optimizer === side.optimizer && kernels === side.kernels;
    })
    .map((timing) => timing[of] ?? Number.NaN);
  return numbers.length === 0 ? Number.NaN : Math.min(...numbers);
}

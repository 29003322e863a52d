import type { DType } from "../kernels/kernels.ts";
import { type Network, parameterBlocks, trainableCount } from "../network/network.ts";
import { chooseForm } from "../posterior/form.ts";
import type { Decision } from "./fit-report.ts";

/** Which system a step solves, and what both would cost. */
export function systemDecision(network: Network, batchSize: number, outputs: number, dtype: DType): Decision {
  const blocks = parameterBlocks(network);
  const { form, cost } = chooseForm(blocks, batchSize, outputs, dtype);
  const [name, size] =
    form === "gram" ? ["Gram matrix", batchSize * outputs] : ["normal equations", trainableCount(blocks)];
  return {
    what: "system",
    choice: `${name}, ${size} × ${size}`,
    why: `${writeFlops(cost.gram)} by the Gram matrix, ${writeFlops(cost.primal)} by the normal equations`,
  };
}

const flopUnits = [
  "flop",
  "kflop",
  "Mflop",
  "Gflop",
  "Tflop",
  "Pflop",
  "Eflop",
  "Zflop",
  "Yflop",
  "Rflop",
] as const;

/** Floating-point operations for people: "3.2 Gflop". */
export function writeFlops(flops: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(flops, 1)) / 3), flopUnits.length - 1);
  return `${(flops / 1000 ** power).toFixed(1)} ${flopUnits[power]!}`;
}

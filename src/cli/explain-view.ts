import type { DType } from "../kernels/kernels.ts";
import type { ExplainedGram, ExplainedLayer, ExplainedNetwork } from "../model/explain-network.ts";
import { writeFlops } from "../model/system-decision.ts";
import { alignTable, plural } from "./plain-text.ts";

/** A row for each layer, those of residual layers indented. */
export function layerRows({ layers }: ExplainedNetwork): string[][] {
  return [
    ["layer", "output", "parameters", "Gram matrix by", "Gflop", "memory"],
    ...layers.map((layer) => [
      "  ".repeat(layer.depth) + sideOf(layer) + layer.layer,
      layer.output,
      layer.parameters > 0 ? String(layer.parameters) : "",
      layer.gram ? writeMethod(layer.gram) : layer.parameters > 0 ? "frozen" : "",
      layer.gram ? (layer.gram.flops / 1e9).toPrecision(3) : "",
      layer.gram ? writeBytes(layer.gram.bytes) : "",
    ]),
  ];
}

/** Of a residual layer's shortcut: its body needs no word. */
function sideOf({ where }: ExplainedLayer): string {
  return /\.shortcut\[\d+\]$/.test(where) ? "shortcut: " : "";
}

function writeMethod({ method, unitsAtOnce, units }: ExplainedGram): string {
  return unitsAtOnce < units ? `${method}, ${unitsAtOnce} of ${units} at a time` : method;
}

/** What a step takes, and why it has the form that it has. */
export function summaryLines(
  { parameters, trainable, outputs, form, flops, bytes }: ExplainedNetwork,
  batchSize: number,
  dtype: DType,
): string[] {
  const n = batchSize * outputs;
  const isGram = form.form === "gram";
  const frozen = trainable < parameters ? `, ${trainable} of them trained` : "";
  return [
    `${plural(parameters, "parameter")}${frozen}; batches of ${batchSize}, ${dtype}`,
    `The step solves with ${isGram ? `the Gram matrix, ${n} x ${n}` : `the normal equations, ${trainable} x ${trainable}`}: weighted by time ` +
      `${writeFlops(form.cost.gram)} by the Gram matrix, ${writeFlops(form.cost.primal)} by the normal equations.`,
    ...(isGram ? [] : ["So the Gram matrix of the table is not formed."]),
    ...alignTable([
      ["a step of", "operations", "memory"],
      ["SGD", writeFlops(flops.sgd), writeBytes(bytes.sgd)],
      ["Gram-Gauss-Newton", writeFlops(flops.gramGaussNewton), writeBytes(bytes.gramGaussNewton)],
      [
        "ratio",
        (flops.gramGaussNewton / flops.sgd).toFixed(2),
        (bytes.gramGaussNewton / bytes.sgd).toFixed(2),
      ],
    ]),
    "Operations: products of layers with parameters, and the system. Memory: of training, the data aside.",
  ];
}

const units = ["B", "kB", "MB", "GB", "TB"] as const;

/** Bytes for people: "12.5 MB". */
function writeBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toPrecision(3)} ${units[power]!}`;
}

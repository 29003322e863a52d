import { encodeArrays, fitArrayEncoder, type NumberRows, readArrays } from "../data/arrays.ts";
import { restoreTargets, standardizeTargets } from "../data/encode.ts";
import { type Encoder, encodedWidth } from "../data/encoder.ts";
import type { ColumnNote } from "../data/plan-columns.ts";
import { type Split, splitRows } from "../data/split-rows.ts";
import type { Table } from "../data/table.ts";
import { DataError } from "../errors.ts";
import { matrixInputs } from "./examples.ts";
import { type FittedNetworks, fitExamples } from "./fit-examples.ts";
import { createModel, type Model } from "./model.ts";
import { checkOptions, type FitOptions, splitOptions, tableOptionNames, withTestRows } from "./options.ts";
import { chooseRecipe } from "./recipe.ts";
import type { Layout } from "./saved-model.ts";
import { type ColumnOptions, readExamples, separateOptions } from "./table-examples.ts";

/**
 * Fits a regression model: scales the data, chooses what the options leave open, trains, and keeps the best network.
 *
 * @param inputs Rows of numbers; one array for a single column; or row-major numbers with their shape.
 * @param targets As many rows; predictions are laid out like them.
 * @throws {DataError} If the numbers are not finite, or the shapes do not fit.
 * @throws {OptionError} If an option is unknown or out of its range.
 *
 * @example
 * const x = Array.from({ length: 50 }, (_, i) => i / 10);
 * const model = await fit(x, x.map((value) => value ** 2));
 * const [four] = await model.predict([2]);
 */
export async function fit<const Targets extends NumberRows>(
  inputs: NumberRows,
  targets: Targets,
  options: FitOptions = {},
): Promise<Model<LayoutOf<Targets>>> {
  checkOptions(options);
  const x = readArrays("inputs", inputs);
  const y = readArrays("targets", targets);
  if (x.rows !== y.rows)
    throw new DataError("shape", { file: "targets" }, `has ${y.rows} rows where the inputs have ${x.rows}`);
  const rows = Int32Array.from({ length: x.rows }, (_, i) => i);
  const split = splitRows("inputs", rows, x.rows, splitOptions(options));
  const encoder = fitArrayEncoder(x, y, split.train);
  const fitted = await fitExamples(
    {
      rows: x.rows,
      inputs: matrixInputs(encodeArrays(encoder, x), x.rows),
      targets: standardizeTargets(encoder, y.data),
      outputs: y.columns,
      targetNames: encoder.targets.map((target) => target.column),
      split,
      restore: (values) => restoreTargets(encoder, values),
    },
    options,
    chooseRecipe(split.train.length, encodedWidth(encoder), y.columns, options),
  );
  return assemble(fitted, encoder, layoutOf(targets), await hashOf(x.data, y.data));
}

/** How predictions are laid out, by the type of the targets. */
export type LayoutOf<Targets extends NumberRows> = Targets extends { readonly data: unknown }
  ? "shaped"
  : Targets extends readonly number[]
    ? "numbers"
    : Targets extends readonly (readonly number[])[]
      ? "rows"
      : Layout;

/** How a table is turned into examples, and a network fitted to them. */
export interface TableOptions extends FitOptions, ColumnOptions {}

/** A model of a table, and what its predictions are on the rows that it was fitted to. */
export interface TableFit {
  readonly model: Model<"rows">;
  readonly split: Split;
  /** Rows of the table that were used, ascending; what is known of each, and what the model says: rows × targets. */
  readonly rows: Int32Array;
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
  readonly notes: readonly ColumnNote[];
}

/**
 * Fits a model to columns of a table. As `fit`, with the columns encoded first, and 15 % of the rows held out to test.
 *
 * @throws {DataError} If a target is unknown or no number, or a cell can't be read. @throws {OptionError} As `fit`.
 */
export async function fitTable(table: Table, options: TableOptions): Promise<TableFit> {
  checkOptions(options, tableOptionNames);
  const [columnOptions, given] = separateOptions(options);
  const fitOptions = withTestRows(given);
  const { examples, encoder, rows, actual, split, notes } = readExamples(table, columnOptions, fitOptions);
  const { inputs, outputs } = examples;
  const recipe = chooseRecipe(split.train.length, inputs.columns, outputs, fitOptions, inputs.levels);
  const fitted = await fitExamples(examples, fitOptions, recipe);
  const predicted = examples.restore(fitted.predictions);
  return { model: assemble(fitted, encoder, "rows", table.sha256), split, rows, actual, predicted, notes };
}

function assemble<L extends Layout>(
  fitted: FittedNetworks,
  encoder: Encoder,
  layout: L,
  dataHash: string,
): Model<L> {
  const { members, dtype, parameters, report } = fitted;
  return createModel({ members, dtype, encoder, layout, report, dataHash }, parameters);
}

function layoutOf<Targets extends NumberRows>(targets: Targets): LayoutOf<Targets> {
  const layout = "data" in targets ? "shaped" : typeof targets[0] === "number" ? "numbers" : "rows";
  return layout as LayoutOf<Targets>;
}

async function hashOf(...arrays: Float64Array[]): Promise<string> {
  const bytes = new Uint8Array(await new Blob(arrays as unknown as BlobPart[]).arrayBuffer());
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

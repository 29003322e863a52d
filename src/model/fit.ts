import { encodeArrays, fitArrayEncoder, type NumberRows, readArrays } from "../data/arrays.ts";
import { DataError } from "../data/data-error.ts";
import { encodeInputs, readTargets, restoreTargets, standardizeTargets, usableRows } from "../data/encode.ts";
import type { Encoder } from "../data/encoder.ts";
import { describeEncoder, fitEncoder } from "../data/fit-encoder.ts";
import { type ColumnNote, type EncodeOptions, planColumns } from "../data/plan-columns.ts";
import { type Split, splitRows } from "../data/split-rows.ts";
import type { Table } from "../data/table.ts";
import { type FittedNetwork, fitExamples } from "./fit-examples.ts";
import { createModel, type Layout, type Model } from "./model.ts";
import { checkOptions, type FitOptions, fitDefaults } from "./options.ts";

/**
 * Fits a regression model: scales the data, chooses what the options leave open, trains, and keeps the best network.
 *
 * @param inputs Rows of numbers; one array for a single column; or row-major numbers with their shape.
 * @param targets As many rows; predictions are laid out like them.
 * @throws {DataError} If the numbers are not finite, or the shapes do not fit.
 * @throws {OptionError} If an option is unknown or out of its range.
 *
 * @example
 * const model = await fit([[0], [1], [2], [3]], [0, 1, 4, 9]);
 * const [four] = await model.predict([[2]]);
 */
export async function fit(inputs: NumberRows, targets: NumberRows, options: FitOptions = {}): Promise<Model> {
  checkOptions(options as Record<string, unknown>);
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
      inputs: encodeArrays(encoder, x),
      targets: standardizeTargets(encoder, y.data),
      outputs: y.columns,
      targetNames: encoder.targets.map((target) => target.column),
      split,
      restore: (values) => restoreTargets(encoder, values),
    },
    options,
  );
  return assemble(fitted, encoder, layoutOf(targets), await hashOf(x.data, y.data));
}

/** How a table is turned into examples. */
export interface TableOptions extends FitOptions, Partial<EncodeOptions> {
  readonly targets: readonly string[];
  /** Called with what was decided about columns, before training. */
  readonly onColumns?: (notes: readonly ColumnNote[], encoder: Encoder) => void;
}

/** A model of a table, and what its predictions are on the rows that it was fitted to. */
export interface TableFit {
  readonly model: Model;
  readonly split: Split;
  readonly notes: readonly ColumnNote[];
}

/**
 * Fits a model to columns of a table. As `fit`, with the columns encoded first.
 *
 * @throws {DataError} If a target is unknown or no number, or a cell can't be read.
 */
export async function fitTable(table: Table, options: TableOptions): Promise<TableFit> {
  const { targets, missing, dates, ignore, maxLevels, onColumns, ...fitOptions } = options;
  checkOptions(fitOptions);
  const plan = planColumns(table, targets, dropUndefined({ missing, dates, ignore, maxLevels }));
  const complete = plan.options.missing === "drop" ? plan.inputs.map((input) => input.column) : [];
  const rows = usableRows(table, targets, complete);
  const split = splitRows(table.name, rows, table.rows, splitOptions(fitOptions));
  const encoder = fitEncoder(table, plan, split.train);
  const notes = [
    ...plan.notes,
    ...leftOutRows(table, targets, rows, complete.length > 0),
    ...describeEncoder(plan, encoder),
  ];
  onColumns?.(notes, encoder);
  if (encoder.inputs.length === 0)
    throw new DataError(
      "no-inputs",
      { file: table.name },
      "has no column that varies over the training rows",
    );
  const fitted = await fitExamples(
    {
      rows: rows.length,
      inputs: encodeInputs(encoder, table, rows).inputs,
      targets: standardizeTargets(encoder, readTargets(encoder, table, rows)),
      outputs: targets.length,
      targetNames: targets,
      split: positions(split, rows),
      restore: (values) => restoreTargets(encoder, values),
    },
    fitOptions,
  );
  return { model: assemble(fitted, encoder, "rows", table.sha256), split, notes };
}

/** Rows of the table as positions among the usable rows. */
function positions(split: Split, rows: Int32Array): Split {
  const position = new Map(Array.from(rows, (row, i) => [row, i]));
  const map = (part: Int32Array) => part.map((row) => position.get(row)!);
  return { train: map(split.train), validation: map(split.validation), test: map(split.test) };
}

function leftOutRows(
  table: Table,
  targets: readonly string[],
  rows: Int32Array,
  dropsIncomplete: boolean,
): ColumnNote[] {
  const count = table.rows - rows.length;
  if (count === 0) return [];
  // Rows are ascending: the first that is left out stands where they stop to count up.
  const found = rows.findIndex((row, i) => row !== i);
  const first = table.lines[found < 0 ? rows.length : found]!;
  const what = `no value of "${targets.join('", "')}"${dropsIncomplete ? " or of an input" : ""}`;
  return [
    { column: "(rows)", choice: `${count} left out`, why: `${what}; the first is ${table.unit} ${first}` },
  ];
}

function splitOptions({ validation, test, testRows, seed }: FitOptions) {
  return {
    validation: validation ?? fitDefaults.validation,
    test: test ?? fitDefaults.test,
    testRows: testRows ?? null,
    seed: seed ?? fitDefaults.seed,
  };
}

function dropUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

function assemble(fitted: FittedNetwork, encoder: Encoder, layout: Layout, dataHash: string): Model {
  const { network, dtype, parameters, blend, report } = fitted;
  return createModel({ network, dtype, encoder, layout, blend, report, dataHash }, parameters);
}

function layoutOf(targets: NumberRows): Layout {
  if ("data" in targets) return "shaped";
  return typeof targets[0] === "number" ? "numbers" : "rows";
}

async function hashOf(...arrays: Float64Array[]): Promise<string> {
  const bytes = new Uint8Array(await new Blob(arrays as unknown as BlobPart[]).arrayBuffer());
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

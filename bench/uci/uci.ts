import { type Benchmark, type BenchmarkContext, BenchmarkError } from "../benchmark.ts";
import { mean, standardError } from "../statistics.ts";
import { ablations, type Method, methods } from "./methods.ts";
import { readUciTable, type UciTable, uciTables } from "./protocol.ts";
import { fitTrees, treesInstall } from "./trees.ts";

/**
 * The standard protocol of the UCI regression tables: test errors over fixed splits, in units of the target. Nothing
 * is set for a table.
 */
export const uci: Benchmark = {
  name: "uci",
  summary:
    "test errors on the standard tables; --splits 5, --table yacht, --method auto-ensemble, --ablation",
  async run(context) {
    const { data, note } = context;
    if (!data) {
      note("uci: needs the folder of the tables; pass --data DIR");
      process.exitCode = 2;
      return;
    }
    const splits = Number(context.option("splits") ?? 20);
    const [only, method] = [context.option("table"), context.option("method")];
    const chosen = context.flags.has("--ablation") ? ablations : methods;
    if (method && !(method in chosen))
      throw new BenchmarkError(
        `--method: there is no "${method}"; use one of ${Object.keys(chosen).join(", ")}`,
      );
    for (const name of uciTables.filter((table) => !only || table === only)) {
      const table = await readUciTable(data, name, splits);
      for (const [name, run] of Object.entries(chosen))
        if (!method || method === name) await runMethod(table, name, run, context);
      if (chosen === methods && !method) runTrees(table, context);
    }
  },
};

async function runMethod(
  table: UciTable,
  name: string,
  method: Method,
  context: BenchmarkContext,
): Promise<void> {
  const rows: SplitRow[] = [];
  for (const split of table.splits.keys()) rows.push({ split, ...(await method(table, split)) });
  report(table.name, name, rows, context);
}

function runTrees(table: UciTable, context: BenchmarkContext): void {
  const rows = fitTrees(table);
  if (!rows) {
    context.note(`trees: scikit-learn is missing; ${treesInstall}`);
    return;
  }
  for (const method of new Set(rows.map((row) => row.method))) {
    const ofMethod = rows.filter((row) => row.method === method);
    report(
      table.name,
      method,
      ofMethod.map(({ split, rmse, seconds }) => ({ split, rmse, seconds, secondsToBest: null })),
      context,
    );
  }
}

interface SplitRow {
  readonly split: number;
  readonly rmse: number;
  readonly seconds: number;
  readonly secondsToBest: number | null;
}

/** A line for each split as JSON; their mean for people. */
function report(
  table: string,
  method: string,
  rows: readonly SplitRow[],
  { flags, row }: BenchmarkContext,
): void {
  if (flags.has("--json")) {
    for (const line of rows) row({ table, method, ...line });
    return;
  }
  const errors = rows.map(({ rmse }) => rmse);
  const times = rows.flatMap(({ secondsToBest }) => (secondsToBest === null ? [] : [secondsToBest]));
  row({
    table,
    method,
    splits: rows.length,
    RMSE: mean(errors),
    "standard error": rows.length > 1 ? standardError(errors) : null,
    "seconds a fit": mean(rows.map(({ seconds }) => seconds)),
    "seconds to best": times.length > 0 ? mean(times) : null,
  });
}

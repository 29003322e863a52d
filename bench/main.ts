import { type Benchmark, BenchmarkError, type Row } from "./benchmark.ts";
import { gemm } from "./gemm.ts";
import { images } from "./images/images.ts";
import { sinc } from "./sinc.ts";
import { forms } from "./step/forms.ts";
import { scaling } from "./step/scaling.ts";
import { startup } from "./step/startup.ts";
import { step } from "./step/step.ts";
import { table } from "./table.ts";
import { theory } from "./theory/theory.ts";
import { uci } from "./uci/uci.ts";

const benchmarks: readonly Benchmark[] = [
  gemm,
  sinc,
  step,
  forms,
  scaling,
  startup,
  table,
  theory,
  uci,
  images,
];

const usage = `usage: npm run bench -- <name> [--data DIR] [--json]\n\n${benchmarks
  .map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`)
  .join("\n")}\n`;

async function main(words: readonly string[]): Promise<number> {
  const name = words.find((word) => !word.startsWith("--"));
  const benchmark = benchmarks.find((candidate) => candidate.name === name);
  if (!benchmark) {
    process.stderr.write(name ? `bench: there is no "${name}"\n${usage}` : usage);
    return name ? 2 : 0;
  }
  const flags = new Set(words.filter((word) => word.startsWith("--")));
  const option = (key: string) => {
    const place = words.indexOf(`--${key}`);
    return place < 0 ? null : (words[place + 1] ?? null);
  };
  try {
    await benchmark.run({
      row: flags.has("--json") ? printJson : markdownPrinter(),
      note: (text) => process.stderr.write(`${text}\n`),
      data: option("data"),
      flags,
      option,
    });
    return 0;
  } catch (error) {
    if (!(error instanceof BenchmarkError)) throw error;
    process.stderr.write(`bench: ${error.message}\n`);
    return 2;
  }
}

function printJson(row: Row): void {
  process.stdout.write(`${JSON.stringify(row)}\n`);
}

/** Prints rows of equal keys as one table, and starts a new one where the keys change. */
function markdownPrinter(): (row: Row) => void {
  let head = "";
  return (row) => {
    const keys = Object.keys(row);
    if (keys.join() !== head) {
      head = keys.join();
      process.stdout.write(`\n| ${keys.join(" | ")} |\n|${keys.map(() => "---").join("|")}|\n`);
    }
    process.stdout.write(`| ${Object.values(row).map(cell).join(" | ")} |\n`);
  };
}

function cell(value: Row[string]): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : value.toPrecision(3);
  return value.map((part) => part.toPrecision(3)).join(" - ");
}

const status = await main(process.argv.slice(2));
// A benchmark that refused to print something has set it.
process.exitCode ??= status;

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { describeColumns } from "../src/data/describe-columns.ts";
import { readTable } from "../src/data/read-table.ts";
import { gaussianRandom, seededRandom } from "../src/random/random.ts";
import type { Benchmark } from "./benchmark.ts";
import { noteLoad } from "./note-load.ts";

const rows = 1_000_000;
const columns = 10;
/** Rows that are written at once. */
const written = 10_000;

/** A million rows of ten numbers, 80 MB as numbers: seconds, and the memory that reading and describing them takes. */
export const table: Benchmark = {
  name: "table",
  summary: "a CSV file of a million rows: seconds to read and describe it, and memory over its numbers",
  async run({ row, note }) {
    noteLoad(note);
    const folder = await mkdtemp(join(tmpdir(), "gramian-table-"));
    const path = join(folder, "numbers.csv");
    try {
      await writeNumbers(path);
      await measure(path, row);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function writeNumbers(path: string): Promise<void> {
  const random = gaussianRandom(seededRandom(0));
  const file = createWriteStream(path);
  file.write(`${Array.from({ length: columns }, (_, j) => `x${j}`).join(",")}\n`);
  for (let start = 0; start < rows; start += written) {
    const lines = Array.from({ length: written }, () => Array.from({ length: columns }, random).join(","));
    if (!file.write(`${lines.join("\n")}\n`)) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
}

async function measure(path: string, row: Parameters<Benchmark["run"]>[0]["row"]): Promise<void> {
  const numbersMB = (rows * columns * 8) / 1e6;
  const textMB = (await stat(path)).size / 1e6;
  const report = (work: string, seconds: number) => {
    const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
    row({
      work,
      seconds,
      "text MB": textMB,
      "numbers MB": numbersMB,
      "heap MB": heapUsed / 1e6,
      "arrays MB": arrayBuffers / 1e6,
      "resident MB": rss / 1e6,
      // Kilobytes, of the process since its start.
      "peak MB": process.resourceUsage().maxRSS / 1e3,
    });
  };
  report("nothing", 0);
  const start = performance.now();
  const read = await readTable(path);
  const middle = performance.now();
  report("read", (middle - start) / 1000);
  describeColumns(read);
  report("describe", (performance.now() - middle) / 1000);
}

import { spawnSync } from "node:child_process";
import { performance } from "node:perf_hooks";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Benchmark } from "../benchmark.ts";
import { noteLoad } from "../note-load.ts";
import { quantile } from "../statistics.ts";

/** From build/bench/step, where the compiled file stands. */
const dist = fileURLToPath(new URL("../../../dist/", import.meta.url));

/** Each is started so often, in turn with the others. */
const rounds = 21;

interface Start {
  readonly name: string;
  /** Milliseconds that it may take; null where nothing is aimed at. */
  readonly target: number | null;
  /** Whether the time holds the start of node, with which it is compared round by round. */
  readonly ownProcess: boolean;
  /** Milliseconds of one start. */
  measure(): number;
}

const starts: readonly Start[] = [
  { name: "node, nothing run", target: null, ownProcess: true, measure: () => timeNode(["-e", "0"]) },
  {
    name: "gramian --help",
    target: 120,
    ownProcess: true,
    measure: () => timeNode([`${dist}cli/main.js`, "--help"]),
  },
  { name: "import of the library, in a running node", target: 60, ownProcess: false, measure: timeImport },
];

/** How long a user waits before anything happens. */
export const startup: Benchmark = {
  name: "startup",
  summary: "start of the program, import of the library, in milliseconds",
  async run({ row, note }) {
    noteLoad(note);
    const samples = new Map<Start, number[]>(starts.map((start) => [start, []]));
    for (let round = 0; round < rounds; round++)
      for (const start of starts) samples.get(start)!.push(start.measure());
    const bare = samples.get(starts[0]!)!;
    for (const start of starts) {
      const times = samples.get(start)!;
      const milliseconds = quantile(times, 0.5);
      const spread = [quantile(times, 0.25), quantile(times, 0.75)];
      const { name, target } = start;
      row({
        start: name,
        milliseconds,
        spread,
        overNode: start.ownProcess
          ? quantile(
              times.map((time, i) => time - bare[i]!),
              0.5,
            )
          : null,
        target,
        met: target === null ? null : milliseconds <= target ? "yes" : "no",
      });
    }
  },
};

/** From the start of a process to its end. */
function timeNode(words: readonly string[]): number {
  const begin = performance.now();
  runNode(words);
  return performance.now() - begin;
}

/** In a fresh process, of which only the import counts. */
function timeImport(): number {
  const url = JSON.stringify(pathToFileURL(`${dist}index.js`).href);
  const program = `const begin = performance.now(); await import(${url}); console.log(performance.now() - begin);`;
  return Number(runNode(["--input-type=module", "-e", program]));
}

function runNode(words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`startup: node ${words.join(" ")}: exit ${status}: ${stderr}`);
  return stdout;
}

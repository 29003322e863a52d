import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Benchmark, BenchmarkError } from "../benchmark.ts";
import type { Experiment } from "./experiment.ts";
import { firstOrder } from "./first-order.ts";
import { kernel } from "./kernel.ts";
import { miniBatch } from "./mini-batch.ts";
import { quadratic } from "./quadratic.ts";

const experiments: readonly Experiment[] = [quadratic, kernel, miniBatch, firstOrder];

/** Where the figures go, below the folder that the program is started in. */
const folder = join("build", "theory");

/** The claims of Cai et al. 2019 (arXiv:1905.11675); docs/theory.md says what was found. */
export const theory: Benchmark = {
  name: "theory",
  summary: `the claims of the method's paper [--experiment ${experiments.map(({ name }) => name).join("|")}]`,
  async run({ row, note, option }) {
    for (const experiment of choose(option("experiment"))) {
      note(`${experiment.name}: ${experiment.summary}`);
      experiment.run({
        row,
        figure(name, svg) {
          mkdirSync(folder, { recursive: true });
          const file = join(folder, `${name}.svg`);
          writeFileSync(file, svg);
          note(`wrote ${file}`);
        },
      });
    }
  },
};

function choose(name: string | null): readonly Experiment[] {
  if (name === null) return experiments;
  const chosen = experiments.filter((experiment) => experiment.name === name);
  if (chosen.length > 0) return chosen;
  throw new BenchmarkError(
    `--experiment: there is no "${name}"; use one of ${experiments.map((one) => one.name).join(", ")}`,
  );
}

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { kernelChoices, selectKernels } from "../../src/kernels/select-kernels.ts";
import { residualNetwork, smallConvolutionalNetwork } from "../../src/network/architectures.ts";
import type { Network } from "../../src/network/network.ts";
import { type Benchmark, type BenchmarkContext, BenchmarkError } from "../benchmark.ts";
import { noteLoad } from "../note-load.ts";
import { drawPictures } from "./figure.ts";
import { pictureSettings } from "./methods.ts";
import { openPictureRun } from "./picture-run.ts";
import { race } from "./race.ts";
import { ridgeOnPixels } from "./ridge.ts";
import { chooseRuns, ratioRows, ridgeRow, runRows, type TaskRuns } from "./rows.ts";
import { type Pictures, type PictureTask, pictureTasks } from "./tasks.ts";

const networks = ["cnn-small", "resnet-20"] as const;

/** Numbers from pictures by a convolutional network: all methods from the same start, for the same time. */
export const images: Benchmark = {
  name: "images",
  summary: `numbers from pictures; --task ${pictureTasks.map(({ name }) => name).join("|")} --network ${networks.join("|")} --seconds 30 --seed 0 --plot FILE`,
  async run(context) {
    const { data, note, row, option } = context;
    if (!data) throw new BenchmarkError("images: needs the folder of the data sets; pass --data DIR");
    const settings = readSettings(context);
    noteLoad(note);
    const results: TaskRuns[] = [];
    for (const task of settings.tasks) {
      const pictures = await task.load(data, settings.seed);
      note(`${task.name}: errors in units ${task.unit}`);
      results.push(runTask(task, pictures, settings, row));
    }
    for (const result of results) for (const line of ratioRows(result)) row(line);
    const file = option("plot");
    if (!file) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, drawPictures(results));
    note(`wrote ${file}`);
  },
};

/** What the command line says. */
export interface ImagesSettings {
  readonly tasks: readonly PictureTask[];
  readonly network: (typeof networks)[number];
  readonly kernels: (typeof kernelChoices)[number];
  readonly threads: number;
  readonly seed: number;
  /** Of the steps of a run; null: what the task has. */
  readonly seconds: number | null;
  /** Errors are measured so many times in a run, at equal times. */
  readonly slices: number;
}

function readSettings({ option }: BenchmarkContext): ImagesSettings {
  const choose = <Choice extends string>(name: string, choices: readonly Choice[], usual: Choice): Choice => {
    const word = option(name) ?? usual;
    const choice = choices.find((one) => one === word);
    if (choice) return choice;
    throw new BenchmarkError(`--${name}: there is no "${word}"; use one of ${choices.join(", ")}`);
  };
  const number = (name: string, least: number): number | null => {
    const word = option(name);
    if (word === null) return null;
    if (Number(word) >= least) return Number(word);
    throw new BenchmarkError(`--${name}: is "${word}"; use a number of at least ${least}`);
  };
  const names = pictureTasks.map(({ name }) => name);
  const task = choose("task", ["all", ...names], "all");
  return {
    tasks: pictureTasks.filter(({ name }) => task === "all" || task === name),
    network: choose("network", networks, "cnn-small"),
    kernels: choose("kernels", kernelChoices, "auto"),
    threads: number("threads", 1) ?? 1,
    seed: number("seed", 0) ?? 0,
    seconds: number("seconds", 0),
    slices: 60,
  };
}

/** Runs all methods on a task, and reports their rows. */
export function runTask(
  task: Pick<PictureTask, "name" | "unit" | "shift" | "seconds">,
  pictures: Pictures,
  settings: Omit<ImagesSettings, "tasks">,
  row: BenchmarkContext["row"],
): TaskRuns {
  const { seed } = settings;
  const kernels = () => selectKernels(settings.kernels, settings.threads);
  const network = networkOf(settings.network, pictures);
  row(ridgeRow(task.name, network.inputs + 1, ridgeOnPixels(kernels(), pictures)));
  const runs = pictureSettings().map((setting) =>
    openPictureRun({ kernels: kernels(), pictures, network, shift: task.shift, seed }, setting),
  );
  race(runs, settings.seconds ?? task.seconds, settings.slices);
  const results = chooseRuns(task.name, task.unit, runs);
  for (const line of runRows(results)) row(line);
  return results;
}

function networkOf(name: ImagesSettings["network"], { images: source }: Pictures): Network {
  const { height, width, channels } = source;
  const options = { shape: [height, width, channels], activation: "silu" } as const;
  return name === "resnet-20" ? residualNetwork(20, options) : smallConvolutionalNetwork(options);
}

import { denseNetwork, type Network } from "../../src/network/network.ts";
import { gaussianRandom, type Random, seededRandom } from "../../src/random/random.ts";
import type { Examples } from "./examples.ts";

/** A regression task for a standard network. */
export interface Task {
  readonly name: string;
  readonly network: Network;
  readonly trainRows: number;
  /** Steps over all rows at once until nothing more is learned. */
  readonly fullBatchSteps: number;
  /** The standard deviation of the noise on the targets of the training and validation rows. */
  readonly noise: number;
  /** The true value at a point of the unit cube. */
  truth(x: readonly number[]): number;
}

/** The rows of a task, standardized by its training rows. Test rows have no noise: their error is that of the function. */
export interface TaskRows {
  readonly train: Examples;
  readonly validation: Examples;
  readonly test: Examples;
}

/** Rows that choose the best network of a run, and rows that it is judged by. */
const validationRows = 300;
const testRows = 1000;

/** A smooth surface with peaks and a dip (Franke 1979). */
const surface: Task = {
  name: "surface, 2-32-32-1",
  network: denseNetwork(2, [32, 32], 1, "tanh"),
  trainRows: 400,
  fullBatchSteps: 100,
  noise: 0,
  truth([x, y]) {
    const [u, v] = [9 * x!, 9 * y!];
    return (
      0.75 * Math.exp(-((u - 2) ** 2) / 4 - (v - 2) ** 2 / 4) +
      0.75 * Math.exp(-((u + 1) ** 2) / 49 - (v + 1) / 10) +
      0.5 * Math.exp(-((u - 7) ** 2) / 4 - (v - 3) ** 2 / 4) -
      0.2 * Math.exp(-((u - 4) ** 2) - (v - 7) ** 2)
    );
  },
};

/** How far an arm of four segments reaches, by its angles and lengths (An and Owen 2001). */
const robotArm: Task = {
  name: "robot arm, 8-50-50-1",
  network: denseNetwork(8, [50, 50], 1, "tanh"),
  trainRows: 1000,
  fullBatchSteps: 20,
  noise: 0,
  truth(x) {
    let [angle, u, v] = [0, 0, 0];
    for (let i = 0; i < 4; i++) {
      angle += 2 * Math.PI * x[i]!;
      u += x[4 + i]! * Math.cos(angle);
      v += x[4 + i]! * Math.sin(angle);
    }
    return Math.hypot(u, v);
  },
};

/** Ten inputs, five of them without meaning, and noise (Friedman 1991). */
const friedman: Task = {
  name: "friedman, 10-50-1",
  network: denseNetwork(10, [50], 1, "tanh"),
  trainRows: 1000,
  fullBatchSteps: 50,
  noise: 1,
  truth: ([a, b, c, d, e]) => 10 * Math.sin(Math.PI * a! * b!) + 20 * (c! - 0.5) ** 2 + 10 * d! + 5 * e!,
};

export const tasks: readonly Task[] = [surface, robotArm, friedman];

/** Draws the rows of a task, evenly from the unit cube. */
export function drawTask(task: Task, seed: number): TaskRows {
  const uniform = seededRandom(seed);
  const train = drawRows(task, task.trainRows, task.noise, uniform);
  const validation = drawRows(task, validationRows, task.noise, uniform);
  const test = drawRows(task, testRows, 0, uniform);
  const standardize = standardizer(train);
  return { train: standardize(train), validation: standardize(validation), test: standardize(test) };
}

function drawRows({ network, truth }: Task, rows: number, noise: number, uniform: Random): Examples {
  const columns = network.inputs;
  const gaussian = gaussianRandom(uniform);
  const inputs = Float64Array.from({ length: rows * columns }, uniform);
  const targets = Float64Array.from(
    { length: rows },
    (_, i) => truth([...inputs.subarray(i * columns, (i + 1) * columns)]) + noise * gaussian(),
  );
  return { rows, columns, inputs, targets };
}

/** Shifts and scales the inputs by the distribution that they are drawn from, the targets by the training rows. */
function standardizer({ rows, targets }: Examples): (examples: Examples) => Examples {
  const mean = targets.reduce((sum, y) => sum + y, 0) / rows;
  const deviation = Math.sqrt(targets.reduce((sum, y) => sum + (y - mean) ** 2, 0) / rows);
  return (examples) => ({
    ...examples,
    inputs: examples.inputs.map((x) => Math.sqrt(12) * (x - 0.5)),
    targets: examples.targets.map((y) => (y - mean) / deviation),
  });
}

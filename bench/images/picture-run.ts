import { performance } from "node:perf_hooks";
import { augmentation } from "../../src/data/images/augmentation.ts";
import { measureChannels } from "../../src/data/images/channel-statistics.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { initialize } from "../../src/network/initialize.ts";
import { type Network, parameterCount } from "../../src/network/network.ts";
import { allocateParameters } from "../../src/network/parameter-vector.ts";
import { parameterSpace } from "../../src/optimizers/optimizer.ts";
import { seededRandom } from "../../src/random/random.ts";
import { batchProblem } from "../../src/training/batch-problem.ts";
import { divideBatches } from "../../src/training/batches.ts";
import { datasetOf, type InputSource } from "../../src/training/dataset.ts";
import { planEvaluator } from "../../src/training/evaluator.ts";
import { batchSize, type Setting } from "./methods.ts";
import { measuredRows, measurePictures, type PictureErrors } from "./picture-errors.ts";
import { pictureInputs } from "./picture-inputs.ts";
import type { Pictures } from "./tasks.ts";

/** Where a run stood after so many steps. */
export interface PicturePoint extends PictureErrors {
  readonly step: number;
  /** The time of the steps alone: the clock stands still while errors are measured. */
  readonly seconds: number;
}

/** What is trained on. */
export interface PictureRunOptions {
  readonly kernels: Kernels;
  readonly pictures: Pictures;
  readonly network: Network;
  /** Pixels by which the pictures of a step are moved at random. */
  readonly shift: number;
  /** Of the network, of the order of the batches, and of the shifts. */
  readonly seed: number;
}

/** A training run in float32 that stands still between its slices, so that several can take turns. */
export interface PictureRun {
  readonly setting: Setting;
  readonly parameters: number;
  /** In the memory of the kernels. */
  readonly bytes: number;
  /** The points that were measured. */
  readonly points: readonly PicturePoint[];
  /** Takes steps until they have taken this time since the start, one at least, and measures the errors. */
  advance(untilSeconds: number): void;
}

/** Prepares a run, the pieces of the library's loop without its rules for stopping, and measures where it starts. */
export function openPictureRun(options: PictureRunOptions, setting: Setting): PictureRun {
  const { kernels, pictures, network, shift, seed } = options;
  const { images, targets, trainRows } = pictures;
  const units = spreadOf(targets, trainRows);
  const inputs = pictureInputs(
    images,
    measureChannels(images, trainRows),
    augmentation(images, { shift }),
    seededRandom(seed + 1),
  );
  const standardized = targets.map((target) => (target - units.mean) / units.deviation);
  const dataset = datasetOf(kernels, "float32", images.count, inputs, standardized);
  const batches = divideBatches(trainRows, batchSize, seededRandom(seed));
  const space = parameterSpace(kernels, "float32", network, batches.largest);
  const parameters = allocateParameters(kernels, "float32", space.blocks);
  parameters.flat.set(initialize(network, seed));
  const evaluator = planEvaluator(kernels, network, "float32");
  const problem = batchProblem(kernels, network, "float32", dataset, evaluator, batches.largest);
  const state = setting.optimizer.init(space);
  const measured = measuredRows(pictures);
  const chosen = chosenInputs(inputs, measured);
  const outputs = new Float64Array(measured.length);
  const predictions = new Float64Array(images.count);
  const points: PicturePoint[] = [];
  let [step, seconds] = [0, 0];
  const takeStep = () => {
    const batch = step % batches.count;
    if (batch === 0) batches.shuffle();
    problem.load(batches.order, batches.start(batch), batches.start(batch + 1) - batches.start(batch));
    problem.linearize(parameters);
    setting.optimizer.step(state, problem, parameters);
    step++;
  };
  const measure = () => {
    evaluator.predict(parameters, chosen, measured.length, outputs);
    for (const [i, row] of measured.entries()) predictions[row] = units.mean + units.deviation * outputs[i]!;
    points.push({ step, seconds, ...measurePictures(pictures, predictions) });
  };
  measure();
  return {
    setting,
    parameters: parameterCount(network),
    get bytes() {
      return kernels.bytesAllocated;
    },
    points,
    advance(untilSeconds) {
      const start = performance.now() - 1000 * seconds;
      do {
        takeStep();
        seconds = (performance.now() - start) / 1000;
      } while (seconds < untilSeconds);
      measure();
    },
  };
}

/** Examples `rows[0]`, `rows[1]`, ... of a source. */
function chosenInputs({ columns, gather }: InputSource, rows: Int32Array): InputSource {
  const places = new Int32Array(rows.length);
  return {
    columns,
    gather(order, start, count, out) {
      for (let i = 0; i < count; i++) places[i] = rows[order[start + i]!]!;
      gather(places, 0, count, out);
    },
  };
}

/** Mean and standard deviation (n in the denominator) over some rows. */
function spreadOf(values: Float64Array, rows: Int32Array): { mean: number; deviation: number } {
  const mean = rows.reduce((sum, i) => sum + values[i]!, 0) / rows.length;
  const variance = rows.reduce((sum, i) => sum + (values[i]! - mean) ** 2, 0) / rows.length;
  return { mean, deviation: Math.sqrt(variance) };
}

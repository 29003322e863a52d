import { performance } from "node:perf_hooks";
import { augmentation } from "../../src/data/images/augmentation.ts";
import { measureChannels } from "../../src/data/images/channel-statistics.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { pictureInputs } from "../../src/model/picture-inputs.ts";
import { initialize } from "../../src/network/initialize.ts";
import { type Network, parameterCount } from "../../src/network/network.ts";
import type { ParameterVector } from "../../src/network/parameter-vector.ts";
import { seededRandom, seedRandom } from "../../src/random/random.ts";
import { datasetOf } from "../../src/residuals/dataset.ts";
import { type Evaluator, planEvaluator } from "../../src/residuals/evaluator.ts";
import { networkResidual } from "../../src/residuals/network-residual.ts";
import { divideBatches } from "../../src/training/batches.ts";
import { openSteps } from "../steps.ts";
import { batchSize, type Setting } from "./methods.ts";
import { measuredRows, measurePictures, type PictureErrors } from "./picture-errors.ts";
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
  /** In the memory of the kernels, without the buffers by which errors are measured here. */
  readonly bytes: number;
  /** The points that were measured. */
  readonly points: readonly PicturePoint[];
  /** Takes steps until they have taken this time since the start, one at least, and measures the errors. */
  advance(untilSeconds: number): void;
}

/** Prepares a run, and measures where it starts. */
export function openPictureRun(options: PictureRunOptions, setting: Setting): PictureRun {
  const { kernels, pictures, network, seed } = options;
  const { dataset, predict } = openData(options);
  const batches = divideBatches(pictures.trainRows, batchSize, seededRandom(seed));
  const before = kernels.bytesAllocated;
  const evaluator = planEvaluator(kernels, network, "float32");
  const bytesOfMeasures = kernels.bytesAllocated - before;
  const { parameters, step: takeStep } = openSteps({
    kernels,
    dtype: "float32",
    residual: networkResidual(network, dataset),
    initial: initialize(network, seed),
    optimizer: setting.optimizer,
    batches,
    shuffles: true,
  });
  const points: PicturePoint[] = [];
  let [step, seconds] = [0, 0];
  const measure = () =>
    points.push({ step, seconds, ...measurePictures(pictures, predict(evaluator, parameters)) });
  measure();
  return {
    setting,
    parameters: parameterCount(network),
    get bytes() {
      return kernels.bytesAllocated - bytesOfMeasures;
    },
    points,
    advance(untilSeconds) {
      const start = performance.now() - 1000 * seconds;
      do {
        takeStep();
        step++;
        seconds = (performance.now() - start) / 1000;
      } while (seconds < untilSeconds);
      measure();
    },
  };
}

/** Standardizes pictures and targets by the training rows, and tells predictions in the units of the task. */
function openData({ kernels, pictures, shift, seed }: PictureRunOptions) {
  const { images, targets, trainRows } = pictures;
  const { mean, deviation } = spreadOf(targets, trainRows);
  const channels = measureChannels(images, trainRows);
  const inputs = pictureInputs(images, Int32Array.from(targets.keys()), channels, {
    augmentation: augmentation(images, { shift }),
    random: seedRandom(seed + 1),
    centers: [mean / deviation],
  });
  const standardized = targets.map((target) => (target - mean) / deviation);
  const measured = measuredRows(pictures);
  const measuredInputs = pictureInputs(images, measured, channels, null);
  const outputs = new Float64Array(measured.length);
  const predictions = new Float64Array(images.count);
  return {
    dataset: datasetOf(kernels, "float32", images.count, inputs, standardized),
    /** Predictions for the measured rows, in an array that the next call overwrites. */
    predict(evaluator: Evaluator, parameters: ParameterVector): Float64Array {
      evaluator.predict(parameters, measuredInputs, measured.length, outputs);
      for (const [i, row] of measured.entries()) predictions[row] = mean + deviation * outputs[i]!;
      return predictions;
    },
  };
}

/** Mean and standard deviation (n in the denominator) over some rows. */
function spreadOf(values: Float64Array, rows: Int32Array): { mean: number; deviation: number } {
  const mean = rows.reduce((sum, i) => sum + values[i]!, 0) / rows.length;
  const variance = rows.reduce((sum, i) => sum + (values[i]! - mean) ** 2, 0) / rows.length;
  return { mean, deviation: Math.sqrt(variance) };
}

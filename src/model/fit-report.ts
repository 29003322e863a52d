import type { Stop } from "../training/stop.ts";
import type { EpochEvent } from "../training/training.ts";

/** A number for each part of the data; null where there is no such part, or the number is not defined. */
export interface ByPart {
  readonly train: number | null;
  readonly validation: number | null;
  readonly test: number | null;
}

/** Errors of predictions, in the target's own units; over all targets where there are several. */
export interface Errors {
  /** Root mean square of prediction - target. */
  readonly rmse: ByPart;
  /** Mean of |prediction - target|. */
  readonly mae: ByPart;
  /** 1 - squared error / squared deviation from the mean: 1 is perfect, 0 as good as the mean. */
  readonly r2: ByPart;
}

/** Something that the program decided, and why: one line each. */
export interface Decision {
  /** What was decided about, for example "network". */
  readonly what: string;
  readonly choice: string;
  readonly why: string;
}

/** Everything that a fit has to say about itself. Plain data: written into the model file and as JSON. */
export interface FitReport {
  /** Of an ensemble, rows that taught some member, and rows that some member held out: these overlap. */
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  /** Columns that the network sees, after encoding. */
  readonly inputs: number;
  readonly outputs: number;
  /** Trainable parameters, of all members together. */
  readonly parameters: number;
  /** Networks in the ensemble. */
  readonly members: number;
  /** For example "8-50-50-1 tanh", or of an ensemble "8-50-1 tanh (2 of 5), 8-20-20-1 tanh (3 of 5)". */
  readonly network: string;
  readonly optimizer: string;
  readonly kernels: string;
  readonly dtype: "float32" | "float64";
  readonly seed: number;
  /** Of all members together, as are epochs and seconds. */
  readonly steps: number;
  readonly epochs: number;
  /** Of training. */
  readonly seconds: number;
  /** The epoch whose network was kept, of the first member, as is the history. */
  readonly bestEpoch: number;
  /** Why the last training ended. */
  readonly stop: Stop;
  readonly decisions: readonly Decision[];
  readonly errors: Errors;
  /** Errors for each target, where there are several. */
  readonly targets: readonly { readonly name: string; readonly errors: Errors }[];
  readonly baseline: { readonly mean: Errors; readonly ridge: Errors };
  readonly history: readonly EpochEvent[];
}

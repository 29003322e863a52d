import type { DType, Kernels } from "../kernels/kernels.ts";
import type { Residual } from "../linearization/residual.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { PriorState } from "../optimizers/prior.ts";
import type { EpochProgress } from "./epoch-progress.ts";
import type { Stop, StopLimits } from "./stop.ts";

/** What is trained, on what, how. */
export interface Training {
  readonly kernels: Kernels;
  readonly dtype: DType;
  readonly residual: Residual;
  /** Where training starts; left as it is. */
  readonly initial: Float64Array;
  readonly trainRows: Int32Array;
  /** Rows that choose the best network and stop the training; may be empty. */
  readonly validationRows: Int32Array;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  /** Of the order of the batches. */
  readonly seed: number;
  readonly limits: StopLimits;
  readonly signal?: AbortSignal | undefined;
  readonly onEpoch?: ((event: EpochEvent) => void) | undefined;
  /** Called after each step. */
  readonly onStep?: ((event: StepEvent) => void) | undefined;
  /** Called within epochs that take a while, a few times a second. */
  readonly onProgress?: ((progress: EpochProgress) => void) | undefined;
}

/** An epoch, for people to follow: errors are root mean squares of standardized residuals. */
export interface EpochEvent {
  readonly step: number;
  readonly epoch: number;
  readonly seconds: number;
  /** Until the nearest limit on steps or time; null where there is none. */
  readonly secondsLeft: number | null;
  readonly train: number;
  readonly validation: number | null;
  /** The least so far of `validation`, or of `train` where there are no validation rows. */
  readonly best: number;
  readonly damping: number | null;
  readonly gainRatio: number | null;
  readonly learningRate: number;
  /** ‖Jᵀ r‖ / n on the epoch's last batch, where its step last linearized: before it, for most methods. */
  readonly gradientNorm: number;
  readonly form: "gram" | "primal" | null;
}

/** A step, told at once: it costs next to nothing. */
export interface StepEvent {
  /** Steps until now, this one counted. */
  readonly step: number;
  /** The epoch that it belongs to, from 1. */
  readonly epoch: number;
  readonly seconds: number;
  /** ½ ‖r‖² / n of its batch where it began, of standardized residuals. */
  readonly loss: number;
  readonly damping: number | null;
  readonly gainRatio: number | null;
  readonly learningRate: number;
}

/** What training left. */
export interface TrainingResult {
  /** The best network, never the last one if that was worse. */
  readonly parameters: Float64Array;
  /** The network where training ended. */
  readonly last: Float64Array;
  readonly stop: Stop;
  readonly steps: number;
  readonly epochs: number;
  readonly seconds: number;
  /** Of `seconds`, those of the steps: without the errors that are measured after each epoch. */
  readonly stepSeconds: number;
  readonly history: readonly EpochEvent[];
  readonly bestEpoch: number;
  /** The prior where training ended; null of a method that has none. */
  readonly prior: PriorState | null;
}

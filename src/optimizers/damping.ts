import { requireOption } from "../errors.ts";

/**
 * How the damping goes on after a step was tried. Damping is in units of the mean of the diagonal of G, so that
 * the same numbers fit any data.
 */
export type DampingRule = PlainDampingRule | LeaveOneOutRule;

/** A rule that goes by the residuals, or by how steps turned out. */
export interface PlainDampingRule {
  readonly needsLeaveOneOut?: false;
  /** Whether the rule needs the gain ratio, and so an evaluation of the loss after each step. */
  readonly judges: boolean;
  init(): DampingState;
  /** Moves the damping by what is known of the batch before its step. @param meanSquare ‖r‖² / n. */
  prepare?(state: DampingState, meanSquare: number): void;
  /** A step was taken, with this gain ratio. */
  accept(state: DampingState, gainRatio: number): void;
  /** A step was refused: it would have increased the loss. */
  reject(state: DampingState): void;
}

/** A rule that asks for leave-one-out errors before each step, which only the exact curvature has. */
export interface LeaveOneOutRule extends Omit<PlainDampingRule, "needsLeaveOneOut" | "prepare"> {
  readonly needsLeaveOneOut: true;
  /** @param leaveOneOut The error ‖e‖² / n of the linear model with a damping; null where there is none. */
  prepare(state: DampingState, leaveOneOut: (damping: number) => number | null): void;
}

export interface DampingState {
  damping: number;
  /** The factor of the next rejection. */
  growth: number;
}

/** The same damping at every step, and every finite step is taken: the method of Cai et al. 2019. */
export function fixedDamping(damping: number): PlainDampingRule {
  requireOption("damping", damping, damping >= 0, "at least 0");
  return {
    judges: false,
    init: () => ({ damping, growth: 1 }),
    accept: () => {},
    reject: () => {},
  };
}

/** Options of `gainRatioDamping`, and their defaults. */
export const gainRatioDefaults: Readonly<{ initial: number; smallest: number; largest: number }> =
  Object.freeze({
    initial: 1e-2,
    smallest: 1e-12,
    largest: 1e12,
  });

/**
 * Damping by the gain ratio ϱ of the last step (Nielsen 1999; Madsen, Nielsen and Tingleff 2004, equation 2.21):
 *
 *     taken     damping <- damping max(1/3, 1 - (2ϱ - 1)³),  ν <- 2
 *     refused   damping <- ν damping,  ν <- 2ν
 *
 * Steps that the linear model predicted well get bolder without a threshold's jumps.
 */
export function gainRatioDamping(options: Partial<typeof gainRatioDefaults> = {}): PlainDampingRule {
  const { initial, smallest, largest } = { ...gainRatioDefaults, ...options };
  requireOption("damping", initial, initial > 0, "above 0");
  return {
    judges: true,
    init: () => ({ damping: initial, growth: 2 }),
    accept(state, gainRatio) {
      const factor = Math.max(1 / 3, 1 - (2 * gainRatio - 1) ** 3);
      state.damping = Math.min(Math.max(state.damping * factor, smallest), largest);
      state.growth = 2;
    },
    reject(state) {
      state.damping = Math.min(Math.max(state.damping, smallest) * state.growth, largest);
      state.growth *= 2;
    },
  };
}

import { requireOption } from "../errors.ts";

/** How the learning rate of `sgd` follows the batch. */
export interface RateRule {
  /**
   * The rate of the next step.
   *
   * @param loss The batch's mean loss.
   * @param squaredGradient ‖g‖² of this loss.
   */
  rate(loss: number, squaredGradient: number): number;
}

/** Options of `polyakStep`, and their defaults. */
export interface PolyakStepOptions {
  /** The least loss that a batch can have: 0 where the network can fit it. */
  readonly least: number;
  /** c: 1/2 is Polyak's step for a convex loss; above, shorter steps. */
  readonly c: number;
  /** No larger rate is taken. */
  readonly largest: number;
}

export const polyakStepDefaults: Readonly<PolyakStepOptions> = Object.freeze({
  least: 0,
  c: 0.5,
  largest: 1,
});

/**
 * Polyak's step length, bounded:
 *
 *     rate = min((loss - least) / (c ‖g‖²), largest)
 *
 * The step that reaches the least loss if the loss falls along it as fast as it does where it starts. On one example
 * of a linear model, c = 1/2 is the projection on its solutions.
 *
 * Source: Polyak 1987; Loizou et al. 2021, arXiv:2002.10542, for batches.
 *
 * @throws {OptimizerError} If an option is out of its range.
 */
export function polyakStep(options: Partial<PolyakStepOptions> = {}): RateRule {
  const { least, c, largest } = { ...polyakStepDefaults, ...options };
  requireOption("least", least, least >= 0, "at least 0");
  requireOption("c", c, c > 0 && Number.isFinite(c), "a finite number above 0");
  requireOption("largest", largest, largest > 0, "above 0");
  return {
    rate(loss, squaredGradient) {
      const above = Math.max(loss - least, 0);
      return squaredGradient > 0 ? Math.min(above / (c * squaredGradient), largest) : 0;
    },
  };
}

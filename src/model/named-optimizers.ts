import { componentWise } from "../curvatures/component-wise.ts";
import type { ApproximateCurvature } from "../curvatures/curvature.ts";
import { curvatureBatch } from "../curvatures/curvature-batch.ts";
import { eigenvalueCutoff } from "../curvatures/eigenvalue-cutoff.ts";
import { kfac } from "../curvatures/kfac.ts";
import { layerwise } from "../curvatures/layerwise.ts";
import { nystrom } from "../curvatures/nystrom.ts";
import { rowsByNorm } from "../curvatures/row-choice.ts";
import { sketchedGradients } from "../curvatures/sketched-gradients.ts";
import { adam } from "../optimizers/adam.ts";
import { exactLastLayer } from "../optimizers/exact-last-layer.ts";
import { ggnScore } from "../optimizers/ggn-score.ts";
import { gramGaussNewton } from "../optimizers/gram-gauss-newton.ts";
import { lbfgs } from "../optimizers/lbfgs.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { polyakStep } from "../optimizers/polyak-step.ts";
import { sgd } from "../optimizers/sgd.ts";
import { weightAverage } from "../optimizers/weight-average.ts";

/** Names of optimizers, as in the command line. */
export const optimizerNames = [
  "auto",
  "gram-gauss-newton",
  "levenberg-marquardt",
  "spring",
  "eigenvalue-cutoff",
  "layerwise",
  "curvature-batch",
  "nystrom",
  "hylo",
  "sketched-gradients",
  "kfac",
  "component-wise",
  "exact-last-layer",
  "weight-average",
  "ggn-score",
  "lbfgs",
  "adam",
  "sgd",
  "polyak",
] as const;

export type OptimizerName = (typeof optimizerNames)[number];

/** The options of a step. */
export const stepOptions = ["learningRate", "damping", "lambda", "alpha"] as const;

export type StepOption = (typeof stepOptions)[number];

export type StepOptions = { readonly [Name in StepOption]?: number };

/** An optimizer that can be asked for by name, with its pieces at their defaults; docs/optimizers.md has the formulas. */
export interface NamedOptimizer {
  /** For people. */
  readonly about: string;
  /** The options of the step that it takes. */
  readonly takes: readonly StepOption[];
  /**
   * The batches that suit it: all rows where affordable, else hundreds, because a step solves a system; always all
   * rows; or some tens.
   */
  readonly batches: "solves" | "all" | "few";
  make(step: StepOptions): Optimizer;
}

/** The momentum of SPRING: 0.99 in the paper, for thousands of steps; less for the hundreds of a fit. */
const minimumNormMomentum = 0.9;

function byCurvature(about: string, curvature: () => ApproximateCurvature): NamedOptimizer {
  return {
    about,
    takes: stepOptions,
    batches: "solves",
    make: (step) => gramGaussNewton({ ...step, curvature: curvature() }),
  };
}

/** All names but "auto". */
export const namedOptimizers: Readonly<Record<Exclude<OptimizerName, "auto">, NamedOptimizer>> = {
  "gram-gauss-newton": {
    about: "Gram-Gauss-Newton",
    takes: stepOptions,
    batches: "solves",
    make: (step) => gramGaussNewton(step),
  },
  "levenberg-marquardt": {
    about: "Levenberg-Marquardt, damping by the gain ratio",
    takes: [],
    batches: "all",
    make: () => gramGaussNewton(),
  },
  spring: {
    about: "SPRING: Gram-Gauss-Newton with momentum for steps of least norm",
    takes: stepOptions,
    batches: "solves",
    make: (step) => gramGaussNewton({ ...step, momentum: minimumNormMomentum }),
  },
  "eigenvalue-cutoff": byCurvature("pseudo-inverse of G with a cut-off (ANaGRAM)", eigenvalueCutoff),
  layerwise: byCurvature("a Gram matrix for each layer (TENGraD)", layerwise),
  "curvature-batch": byCurvature("curvature of a part of the batch (Ren and Goldfarb)", curvatureBatch),
  nystrom: byCurvature("Gram matrix of low rank (Nyström)", nystrom),
  hylo: byCurvature("Gram matrix of low rank, rows chosen by their norms (HyLo)", () =>
    nystrom({ rows: rowsByNorm() }),
  ),
  "sketched-gradients": byCurvature("conjugate gradients, preconditioned by a sketch", sketchedGradients),
  kfac: byCurvature("K-FAC", kfac),
  "component-wise": byCurvature("a block for each unit (CW-NGD)", componentWise),
  "exact-last-layer": {
    about: "Gram-Gauss-Newton, the last layer solved exactly",
    takes: stepOptions,
    batches: "solves",
    make: (step) => exactLastLayer(gramGaussNewton(step)),
  },
  "weight-average": {
    about: "Gram-Gauss-Newton, the average of its weights",
    takes: stepOptions,
    batches: "solves",
    make: (step) => weightAverage(gramGaussNewton(step)),
  },
  "ggn-score": {
    about: "Gauss-Newton under a self-concordant regularizer (GGN-SCORE)",
    takes: ["learningRate"],
    batches: "solves",
    make: (step) => ggnScore(step),
  },
  lbfgs: { about: "L-BFGS", takes: [], batches: "all", make: () => lbfgs() },
  adam: { about: "Adam", takes: ["learningRate"], batches: "few", make: (step) => adam(step) },
  sgd: { about: "SGD with momentum", takes: ["learningRate"], batches: "few", make: (step) => sgd(step) },
  polyak: {
    about: "SGD with Polyak's step",
    takes: [],
    batches: "few",
    make: () => sgd({ rule: polyakStep(), momentum: 0 }),
  },
};

export { componentWise } from "./curvatures/component-wise.ts";
export {
  type ApproximateCurvature,
  type Curvature,
  type ExactCurvature,
  exactCurvature,
} from "./curvatures/curvature.ts";
export { type CurvatureBatchOptions, curvatureBatch } from "./curvatures/curvature-batch.ts";
export { type EigenvalueCutoffOptions, eigenvalueCutoff } from "./curvatures/eigenvalue-cutoff.ts";
export { type KfacOptions, kfac } from "./curvatures/kfac.ts";
export { type LayerwiseOptions, layerwise } from "./curvatures/layerwise.ts";
export { type NystromOptions, nystrom } from "./curvatures/nystrom.ts";
export { largestPivots, type RowChoice, randomPivots, rowsByNorm } from "./curvatures/row-choice.ts";
export { type SketchedGradientsOptions, sketchedGradients } from "./curvatures/sketched-gradients.ts";
export { OptimizerError } from "./errors.ts";
export { type Activation, activations } from "./kernels/activation.ts";
export type { DType, Kernels } from "./kernels/kernels.ts";
export { type KernelChoice, selectKernels } from "./kernels/select-kernels.ts";
export { checkJacobian, type JacobianCheck } from "./linearization/check-jacobian.ts";
export type { Linearization } from "./linearization/linearization.ts";
export {
  type BatchFactors,
  type BatchInputs,
  type BatchLinearization,
  type LinearizeOptions,
  linearize,
} from "./linearization/linearize.ts";
export type { PlannedResidual, Problem, Residual } from "./linearization/residual.ts";
export { type Group, networkSpace, type Space } from "./linearization/space.ts";
export { type ComparedRun, type CompareOptions, type Comparison, compareTable } from "./model/compare.ts";
export { compareDefaults } from "./model/option-table.ts";
export { type Initialization, initialize } from "./network/initialize.ts";
export type { Conv1dLayer, Conv2dLayer } from "./network/layers/convolution.ts";
export type { DenseLayer } from "./network/layers/dense.ts";
export type { EmbeddingLayer } from "./network/layers/embedding.ts";
export type { NormLayer } from "./network/layers/norm.ts";
export type { ActivationLayer, DropoutLayer, FlattenLayer } from "./network/layers/plain.ts";
export type { GlobalPoolLayer, PoolLayer } from "./network/layers/pool.ts";
export type { ResidualLayer } from "./network/layers/residual.ts";
export type { ScaleLayer } from "./network/layers/scale.ts";
export type { Layer } from "./network/layers.ts";
export {
  type DenseNetwork,
  denseNetwork,
  describeNetwork,
  type Network,
  parameterCount,
  validateNetwork,
} from "./network/network.ts";
export type { ParameterVector } from "./network/parameter-vector.ts";
export { type AdamOptions, adam } from "./optimizers/adam.ts";
export {
  type ConcordantPrior,
  quadraticPrior,
  type SmoothAbsoluteOptions,
  smoothAbsolute,
} from "./optimizers/concordant-prior.ts";
export { type DampingRule, fixedDamping, gainRatioDamping } from "./optimizers/damping.ts";
export { type ExactLastLayerOptions, exactLastLayer } from "./optimizers/exact-last-layer.ts";
export { type GgnScoreOptions, ggnScore } from "./optimizers/ggn-score.ts";
export { type GramGaussNewtonOptions, gramGaussNewton } from "./optimizers/gram-gauss-newton.ts";
export { type LbfgsOptions, lbfgs } from "./optimizers/lbfgs.ts";
export {
  type LeaveOneOutDampingOptions,
  leaveOneOutDamping,
} from "./optimizers/leave-one-out-damping.ts";
export { emptyReport, type Optimizer, type Step, type StepReport } from "./optimizers/optimizer.ts";
export { type PolyakStepOptions, polyakStep, type RateRule } from "./optimizers/polyak-step.ts";
export { evidence, type PriorRule, weightDecay } from "./optimizers/prior.ts";
export { type ResidualDampingOptions, residualDamping } from "./optimizers/residual-damping.ts";
export { type SgdOptions, sgd } from "./optimizers/sgd.ts";
export {
  type ArmijoOptions,
  armijo,
  fullStep,
  type StepSearch,
  stepHalving,
} from "./optimizers/step-search.ts";
export { type WeightAverageOptions, weightAverage } from "./optimizers/weight-average.ts";
export type { Posterior, System } from "./posterior/system.ts";
export { loadDataset } from "./residuals/dataset.ts";
export { type DenseFunction, denseResidual } from "./residuals/dense-residual.ts";
export { networkResidual } from "./residuals/network-residual.ts";
export { type WeightedResidual, weightedSum } from "./residuals/weighted-sum.ts";
export { openRun, type Run, type SavedRun } from "./training/run.ts";
export { type Stop, type StopLimits, stopDefaults } from "./training/stop.ts";
export type { EpochEvent, StepEvent, Training, TrainingResult } from "./training/training.ts";

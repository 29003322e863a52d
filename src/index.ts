export { componentWise } from "./curvatures/component-wise.ts";
export { type Curvature, exactCurvature } from "./curvatures/curvature.ts";
export { type CurvatureBatchOptions, curvatureBatch } from "./curvatures/curvature-batch.ts";
export { type EigenvalueCutoffOptions, eigenvalueCutoff } from "./curvatures/eigenvalue-cutoff.ts";
export { type KfacOptions, kfac } from "./curvatures/kfac.ts";
export { type LayerwiseOptions, layerwise } from "./curvatures/layerwise.ts";
export { type NystromOptions, nystrom } from "./curvatures/nystrom.ts";
export { largestPivots, type RowChoice, randomPivots, rowsByNorm } from "./curvatures/row-choice.ts";
export { type SketchedGradientsOptions, sketchedGradients } from "./curvatures/sketched-gradients.ts";
export type { NumberRows } from "./data/arrays.ts";
export { DataError } from "./data/data-error.ts";
export { pictureDefaults } from "./data/images/open-pictures.ts";
export type { ColumnNote, EncodeOptions } from "./data/plan-columns.ts";
export { parseTable, readTable } from "./data/read-table.ts";
export type { Table } from "./data/table.ts";
export { FileError } from "./formats/file-error.ts";
export { ModelFileError } from "./formats/model-file-error.ts";
export { type Activation, activations } from "./kernels/activation.ts";
export type { DType, Kernels } from "./kernels/kernels.ts";
export { MemoryLimitError } from "./kernels/memory-limit-error.ts";
export { type KernelChoice, selectKernels } from "./kernels/select-kernels.ts";
export { checkJacobian, type JacobianCheck } from "./linearization/check-jacobian.ts";
export {
  type BatchFactors,
  type BatchInputs,
  type BatchLinearization,
  type LinearizeOptions,
  linearize,
} from "./linearization/linearize.ts";
export {
  type ComparedRun,
  type CompareOptions,
  type Comparison,
  compareTable,
} from "./model/compare.ts";
export type { Evaluation } from "./model/evaluation.ts";
export { fit, fitTable, type TableFit, type TableOptions } from "./model/fit.ts";
export { fitPictures, type PictureFit, type PictureOptions } from "./model/fit-pictures.ts";
export type { ByPart, Decision, Errors, FitReport } from "./model/fit-report.ts";
export { load, type Model, type Predictions, readModel, type TablePredictions } from "./model/model.ts";
export type { OptimizerName } from "./model/named-optimizers.ts";
export { compareDefaults } from "./model/option-table.ts";
export {
  type FitEvent,
  type FitOptions,
  type FitProgress,
  fitDefaults,
  OptionError,
} from "./model/options.ts";
export {
  evaluatePictures,
  type PictureEvaluation,
  type PicturePredictions,
  type PredictPicturesOptions,
  predictPictures,
} from "./model/predict-pictures.ts";
export {
  type NetworkName,
  namedNetwork,
  networkNames,
  type PictureNetworkOptions,
  type ResidualNorm,
  residualNetwork,
  smallConvolutionalNetwork,
} from "./network/architectures.ts";
export { type Initialization, initialize } from "./network/initialize.ts";
export type {
  ActivationLayer,
  Conv1dLayer,
  Conv2dLayer,
  DenseLayer,
  DropoutLayer,
  EmbeddingLayer,
  FlattenLayer,
  GlobalPoolLayer,
  Layer,
  NormLayer,
  PoolLayer,
  ResidualLayer,
  ScaleLayer,
} from "./network/layers.ts";
export {
  type DenseNetwork,
  denseNetwork,
  describeNetwork,
  type Network,
  parameterCount,
  validateNetwork,
} from "./network/network.ts";
export { NetworkError } from "./network/network-error.ts";
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
export { type Optimizer, OptimizerError } from "./optimizers/optimizer.ts";
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
export type { EpochProgress } from "./training/epoch-progress.ts";
export type { Stop, StopReason } from "./training/stop.ts";
export type { EpochEvent } from "./training/train.ts";

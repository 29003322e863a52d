export type { NumberRows } from "./data/arrays.ts";
export { parseTable, readTable } from "./data/read-table.ts";
export type { Table } from "./data/table.ts";
export {
  DataError,
  FileError,
  MemoryLimitError,
  ModelFileError,
  NetworkError,
  OptimizerError,
  OptionError,
} from "./errors.ts";
export { checkJacobian } from "./linearization/check-jacobian.ts";
export { linearize } from "./linearization/linearize.ts";
export type { Evaluation } from "./model/evaluation.ts";
export { fit, fitTable, type TableFit, type TableOptions } from "./model/fit.ts";
export type { Decision, Errors, FitReport } from "./model/fit-report.ts";
export { evaluateTable, load, type Model, readModel } from "./model/model.ts";
export type { OptimizerName } from "./model/named-optimizers.ts";
export {
  type FitEvent,
  type FitOptions,
  type FitProgress,
  type FitStep,
  fitDefaults,
} from "./model/options.ts";
export { predictTable, type ShapedRows, type TablePredictions } from "./model/saved-model.ts";
export type { Network } from "./network/network.ts";
export { gramGaussNewton } from "./optimizers/gram-gauss-newton.ts";
export type { Stop } from "./training/stop.ts";

import type { Row } from "../benchmark.ts";

/** What an experiment is given. */
export interface ExperimentContext {
  /** Reports a row of the table. */
  row(row: Row): void;
  /** Writes a figure, and says where. */
  figure(name: string, svg: string): void;
}

/** A claim of Cai et al. 2019 (arXiv:1905.11675), measured. */
export interface Experiment {
  readonly name: string;
  /** One line for the list. */
  readonly summary: string;
  run(context: ExperimentContext): void;
}

import type { DType, Kernels } from "../kernels/kernels.ts";
import type { ParameterBlock } from "../network/network.ts";

/** What a damped system is allocated for. */
export interface SystemSpace {
  readonly kernels: Kernels;
  readonly dtype: DType;
  readonly blocks: readonly ParameterBlock[];
  /** K. */
  readonly outputs: number;
  /** The most examples in a batch. */
  readonly capacity: number;
}

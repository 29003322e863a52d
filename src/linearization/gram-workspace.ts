import type { DType, FloatArray, Kernels } from "../kernels/kernels.ts";
import { lazy } from "./lazy.ts";

/** Buffers that the layers of one linearization use one after the other. */
export interface GramWorkspace {
  readonly kernels: Kernels;
  readonly dtype: DType;
  /** The most examples. */
  readonly capacity: number;
  /** K. */
  readonly outputs: number;
  /** Bytes that a layer's rows of J may take at once. */
  readonly rowBytes: number;
  /** A buffer for one purpose, as long as the longest that was asked for; allocated at its first use. */
  share(purpose: string, length: number): () => FloatArray;
}

/** What the way depends on in which a layer's part of the Gram matrix is formed, besides the layer. */
export type GramShape = Pick<GramWorkspace, "capacity" | "outputs" | "rowBytes" | "dtype">;

/** Bytes of a layer's rows of J at once, where nothing else was asked for. */
export const defaultRowBytes: number = 2 ** 28;

export function gramWorkspace(
  { kernels, dtype, capacity, outputs }: Pick<GramWorkspace, "kernels" | "dtype" | "capacity" | "outputs">,
  rowBytes: number = defaultRowBytes,
): GramWorkspace {
  const longest = new Map<string, number>();
  const buffers = new Map<string, () => FloatArray>();
  return {
    kernels,
    dtype,
    capacity,
    outputs,
    rowBytes,
    share(purpose, length) {
      longest.set(purpose, Math.max(length, longest.get(purpose) ?? 0));
      let buffer = buffers.get(purpose);
      if (!buffer) {
        buffer = lazy(() => kernels.allocate(dtype, longest.get(purpose)!));
        buffers.set(purpose, buffer);
      }
      return buffer;
    },
  };
}

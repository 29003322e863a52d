import { BlasNotFoundError } from "../../errors.ts";

/** In place of native-kernels.ts in what pages load. @throws {BlasNotFoundError} Always. */
export function nativeKernels(): never {
  throw new BlasNotFoundError("native kernels: need Node, in which a BLAS can be called; use wasm");
}

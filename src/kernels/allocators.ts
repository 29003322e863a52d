import type { FloatArray, Kernels } from "./kernels.ts";

type Numbers = Float32ArrayConstructor | Float64ArrayConstructor | Int32ArrayConstructor;

/** What kernels allocate by, from a function that makes an array of some kind. */
export function allocators(
  make: (Numbers: Numbers, length: number) => FloatArray | Int32Array,
): Pick<Kernels, "allocate" | "allocateIndices"> {
  return {
    allocate: ((dtype, length) =>
      make(dtype === "float32" ? Float32Array : Float64Array, length)) as Kernels["allocate"],
    allocateIndices: (length) => make(Int32Array, length) as Int32Array,
  };
}

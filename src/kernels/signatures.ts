import type { Activation } from "./activation.ts";
import type { Window } from "./image-kernels.ts";
import type { FloatArray, Kernels } from "./kernels.ts";

/** The operations of `Kernels`: all that computes. */
export type Operation = Exclude<keyof Kernels, Description | "allocate" | "allocateIndices">;

/** What kernels say of themselves. */
type Description = "name" | "description" | "bytesAllocated";

/**
 * What a parameter of some type in the contract may be:
 *
 *     size       a number of elements, rows, pixels ..., or a leading dimension
 *     real       a number in the precision of X
 *     float64    a number in float64
 *     X, Y       arrays of floating-point numbers; all X of a call have one precision, all Y have one
 *     X?         an X that may be null
 *     float64s   an array of float64
 */
type Kind<T> = FloatArray extends T
  ? null extends T
    ? "X?"
    : "X" | "Y"
  : T extends Float64Array
    ? "float64s"
    : T extends Int32Array
      ? "indices"
      : T extends number
        ? "size" | "real" | "float64"
        : T extends boolean
          ? "flag"
          : T extends Activation
            ? "activation"
            : T extends Window
              ? "window"
              : never;

type Signature<Parameters extends readonly unknown[]> = {
  readonly [Place in keyof Parameters]: Kind<Parameters[Place]>;
};

/**
 * The kinds of the parameters of each operation, in the order of the contract, to which the compiler holds them.
 *
 * `scripts/build-kernels.mjs` writes from them what WebAssembly exports, for all precisions of X and Y, and how it is
 * called.
 */
export const signatures: { readonly [Name in Operation]: Signature<Parameters<Kernels[Name]>> } = {
  gemm: ["flag", "flag", "size", "size", "size", "real", "X", "size", "X", "size", "real", "X", "size"],
  syrk: ["flag", "size", "size", "real", "X", "size", "real", "X", "size"],

  activate: ["activation", "size", "size", "X", "size", "X", "size", "X?", "size", "X?", "size"],
  scaleRows: ["size", "size", "size", "X", "size", "X", "size"],
  contractRows: ["size", "size", "size", "X", "X", "size", "X", "size"],
  rowDots: ["size", "size", "size", "real", "X", "size", "X", "size", "X"],
  faceSplit: ["size", "size", "size", "size", "real", "X", "size", "X", "size", "X", "size"],
  accumulateGram: ["size", "size", "size", "float64", "float64", "X", "size", "X", "size", "Y", "size"],
  gatherRows: ["size", "size", "X", "size", "indices", "Y", "size"],

  unfold: ["size", "window", "size", "size", "X", "size", "X", "size"],
  fold: ["size", "window", "size", "size", "X", "size", "X", "size"],
  maxPool: ["size", "window", "X", "size", "X", "size", "indices"],
  maxUnpool: ["size", "size", "window", "indices", "X", "size", "X", "size"],
  averagePool: ["size", "window", "X", "size", "X", "size"],
  averageUnpool: ["size", "window", "X", "size", "X", "size"],

  normalizeGroups: ["size", "size", "size", "size", "float64", "X", "size", "X", "size", "X"],
  denormalizeGroups: ["size", "size", "size", "size", "size", "X", "size", "X", "X", "size"],
  scaleChannels: ["size", "size", "X?", "X?", "X", "size", "X", "size"],
  channelDots: ["size", "size", "size", "size", "X?", "size", "X", "size", "X", "size"],

  dot: ["size", "X", "X"],
  axpy: ["size", "float64", "X", "Y"],
  scale: ["size", "real", "X"],
  copy: ["size", "X", "Y"],
  adam: ["size", "float64", "float64", "float64", "float64", "X", "X", "X", "X"],

  cholesky: ["size", "float64s", "size"],
  solveTriangular: ["flag", "size", "size", "float64s", "size", "float64s", "size"],
  symmetricEigen: ["size", "float64s", "size", "float64s"],
};

/** What those operations return that return something. */
export const results: {
  readonly [Name in Operation as ReturnType<Kernels[Name]> extends void ? never : Name]: Kind<
    ReturnType<Kernels[Name]>
  >;
} = { dot: "float64", cholesky: "size", symmetricEigen: "flag" };

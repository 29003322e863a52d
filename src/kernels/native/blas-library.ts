import { BlasNotFoundError } from "../../errors.ts";

/** A native function, called with numbers and typed arrays. */
export type NativeFunction = (...values: unknown[]) => number | undefined;

/** The functions of a BLAS and LAPACK that the kernels call. */
export interface BlasLibrary {
  /** Where it was found. */
  readonly path: string;
  /** What it says of itself, for example "OpenBLAS 0.3.21, SkylakeX". */
  readonly description: string;
  readonly functions: Readonly<Record<BlasName, NativeFunction>>;
  /** 8 bytes for an integer in builds with 64-bit integers ("ILP64"), else 4. */
  readonly integerBytes: 4 | 8;
  /** Sets the number of threads; absent in libraries that have no such call. */
  readonly setThreads: ((threads: number) => void) | null;
}

/** Parameters as in the reference CBLAS, "i" an integer, "s" a scalar of the precision, "p" an array of it; "I" an array of integers, "c" a text. */
const signatures = {
  gemm: "cblas_?gemm iiiiiispipispi",
  syrk: "cblas_?syrk iiiiispispi",
  trsm: "cblas_?trsm iiiiiiispipi",
  potrf: "?potrf_ cIpII",
  syevd: "?syevd_ ccIpIppIIII",
} as const;

type BlasName = "sgemm" | "dgemm" | "ssyrk" | "dsyrk" | "dtrsm" | "dpotrf" | "dsyevd";

const names: readonly BlasName[] = ["sgemm", "dgemm", "ssyrk", "dsyrk", "dtrsm", "dpotrf", "dsyevd"];

/** Where libraries are looked for, by platform, best first. GRAMIAN_BLAS, a path, comes before all. */
export const blasCandidates: Readonly<Record<string, readonly string[]>> = {
  linux: [
    "libopenblas.so.0",
    "libopenblas.so",
    "libopenblas64.so.0",
    "libmkl_rt.so.2",
    "libmkl_rt.so",
    "libblis.so.4",
  ],
  darwin: [
    "/System/Library/Frameworks/Accelerate.framework/Accelerate",
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
  ],
  win32: ["libopenblas.dll", "openblas.dll", "mkl_rt.2.dll"],
};

interface Koffi {
  load(path: string): KoffiLibrary;
}

interface KoffiLibrary {
  func(name: string, result: string, parameters: readonly string[]): NativeFunction;
}

/**
 * Loads the first BLAS of the platform that has all functions.
 *
 * @throws {BlasNotFoundError} If koffi, the optional dependency that calls it, or a library is missing.
 */
export function loadBlas(): BlasLibrary {
  const koffi = loadKoffi();
  const wanted = process.env.GRAMIAN_BLAS;
  const paths = wanted ? [wanted] : (blasCandidates[process.platform] ?? []);
  const failures: string[] = [];
  for (const path of paths) {
    try {
      return openBlas(koffi, path);
    } catch (error) {
      failures.push(`${path}: ${firstLine(error)}`);
    }
  }
  throw new BlasNotFoundError(
    `native kernels: no usable BLAS (${failures.join("; ") || `none known for ${process.platform}`}); ` +
      "install one, for example `apt-get install libopenblas0-pthread`, or set GRAMIAN_BLAS to the library's path",
  );
}

function loadKoffi(): Koffi {
  if (typeof process === "undefined" || !process.getBuiltinModule)
    throw new BlasNotFoundError("native kernels: need Node, 20.16 or later");
  try {
    // Not imported: browsers, which bundle this file too, have no such module.
    const { createRequire } = process.getBuiltinModule("node:module");
    return createRequire(import.meta.url)("koffi") as Koffi;
  } catch (error) {
    throw new BlasNotFoundError(
      `native kernels: the optional dependency koffi can't be loaded (${firstLine(error)}); run \`npm install koffi\``,
    );
  }
}

function openBlas(koffi: Koffi, path: string): BlasLibrary {
  const library = koffi.load(path);
  const { suffix, integerBytes, version } = identify(library);
  const functions = Object.fromEntries(
    names.map((name) => [name, bind(library, name, suffix, integerBytes)]),
  ) as Record<BlasName, NativeFunction>;
  return { path, description: version, functions, integerBytes, setThreads: threadSetter(library, suffix) };
}

/** Recognizes builds with 64-bit integers: by the suffix of their names, or by what OpenBLAS says of itself. */
function identify(library: KoffiLibrary): { suffix: string; integerBytes: 4 | 8; version: string } {
  const suffix = has(library, "cblas_dgemm") ? "" : "64_";
  const config = text(library, `openblas_get_config${suffix}`);
  const core = text(library, `openblas_get_corename${suffix}`);
  const wide = suffix !== "" || config?.includes("USE64BITINT") === true;
  const version = config ? `OpenBLAS ${config.split(" ")[1] ?? ""}, ${core ?? "unknown core"}` : "BLAS";
  return { suffix, integerBytes: wide ? 8 : 4, version };
}

function has(library: KoffiLibrary, name: string): boolean {
  try {
    library.func(name, "void", []);
    return true;
  } catch {
    return false;
  }
}

function text(library: KoffiLibrary, name: string): string | null {
  try {
    return (library.func(name, "str", []) as unknown as () => string)();
  } catch {
    return null;
  }
}

function bind(library: KoffiLibrary, name: BlasName, suffix: string, integerBytes: 4 | 8): NativeFunction {
  const precision = name[0]!;
  const [symbol, letters] = signatures[name.slice(1) as keyof typeof signatures].split(" ") as [
    string,
    string,
  ];
  const real = precision === "s" ? "float" : "double";
  const integer = integerBytes === 8 ? "int64_t" : "int32_t";
  const types: Record<string, string> = { i: integer, s: real, p: `${real} *`, I: `${integer} *`, c: "str" };
  const parameters = [...letters].map((letter) => types[letter]!);
  return library.func(symbol.replace("?", precision) + suffix, "void", parameters);
}

function threadSetter(library: KoffiLibrary, suffix: string): ((threads: number) => void) | null {
  for (const name of [
    `openblas_set_num_threads${suffix}`,
    "MKL_Set_Num_Threads",
    "bli_thread_set_num_threads",
  ]) {
    try {
      const set = library.func(name, "void", ["int"]);
      return (threads) => void set(threads);
    } catch {
      // Not this library.
    }
  }
  return null;
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\n")[0]!;
}

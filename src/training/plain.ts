import type { FloatArray, Kernels } from "../kernels/kernels.ts";

/** A copy of numbers, typed arrays and records of them, in memory of its own. */
export function copyPlain(value: unknown): unknown {
  return mapArrays(value, (array) => array.slice());
}

/** The same with all arrays in the memory of kernels, which work on them. */
export function placePlain(kernels: Kernels, value: unknown): unknown {
  return mapArrays(value, (array) => {
    if (array instanceof Int32Array) return array.slice();
    const placed = kernels.allocate(array instanceof Float32Array ? "float32" : "float64", array.length);
    placed.set(array);
    return placed;
  });
}

type PlainArray = FloatArray | Int32Array;

/** Goes through records and lists. @throws {TypeError} If it meets something that is no plain data. */
function mapArrays(value: unknown, map: (array: PlainArray) => PlainArray): unknown {
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  if (value instanceof Float64Array || value instanceof Float32Array || value instanceof Int32Array)
    return map(value);
  if (Array.isArray(value)) return value.map((item) => mapArrays(item, map));
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapArrays(item, map)]));
  throw new TypeError(
    `state: ${String(value)} is no number, typed array or record; an optimizer keeps nothing else from step to step`,
  );
}

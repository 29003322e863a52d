import { allocators } from "./allocators.ts";
import type { Kernels } from "./kernels.ts";
import { type Operation, results, signatures } from "./signatures.ts";

/** Each operation does nothing and succeeds. */
const operations = Object.fromEntries(
  Object.keys(signatures).map((name) => {
    const success = name in results && results[name as keyof typeof results] === "flag" ? true : 0;
    return [name, () => success];
  }),
) as unknown as Pick<Kernels, Operation>;

/**
 * Kernels that count what would be allocated, and have nothing: their arrays are empty, and they compute nothing. To
 * learn what memory something takes, make it with these.
 */
export function countingKernels(): Kernels {
  let bytesAllocated = 0;
  return {
    name: "counting",
    description: "counts bytes, computes nothing",
    get bytesAllocated() {
      return bytesAllocated;
    },
    ...allocators((Numbers, length) => {
      bytesAllocated += length * Numbers.BYTES_PER_ELEMENT;
      return new Numbers();
    }),
    ...operations,
  };
}

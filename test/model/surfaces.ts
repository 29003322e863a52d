import { gaussianRandom, seededRandom } from "../../src/random/random.ts";

/** Rows of a smooth surface with two inputs, and noise. */
export function surface(rows: number, outputs = 1, noise = 0.05, seed = 1) {
  const gaussian = gaussianRandom(seededRandom(seed));
  const inputs = Array.from({ length: rows }, () => [gaussian(), gaussian()]);
  const targets = inputs.map(([a, b]) =>
    Array.from({ length: outputs }, (_, k) => Math.sin(2 * a! + k) + b! * b! + noise * gaussian()),
  );
  return { inputs, targets };
}

/** Options that take little time, and kernels that do not depend on the machine. */
export const quick = { hidden: [4], maxSteps: 8, kernels: "wasm" } as const;

import fc from "fast-check";
import { activations } from "../../src/kernels/activation.ts";
import type { DenseNetwork } from "../../src/network/network.ts";

/** Networks of up to four layers, with every feature that a layer has, absent ones too. */
export const anyNetwork: fc.Arbitrary<DenseNetwork> = fc.record({
  inputs: fc.integer({ min: 1, max: 6 }),
  layers: fc.array(
    fc.record(
      {
        kind: fc.constant("dense" as const),
        units: fc.integer({ min: 1, max: 6 }),
        activation: fc.constantFrom(...activations),
        bias: fc.boolean(),
        scale: fc.constantFrom(1, 0.5, 2),
        trainable: fc.boolean(),
      },
      { requiredKeys: ["kind", "units", "activation"] },
    ),
    { minLength: 1, maxLength: 4 },
  ),
});

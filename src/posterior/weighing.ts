import type { Linearization } from "../linearization/linearization.ts";
import { type Space, scaleGroups } from "../linearization/space.ts";
import { weightedGram } from "../linearization/weighted-gram.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";

/** What the numbers are that a damped system takes as its W. */
export interface Weighing {
  /** Lower out <- J W Jᵀ, n × n. */
  gram(linearization: Linearization, weights: Float64Array | null, out: Float64Array): void;
  /** x <- factor W x. */
  scale(weights: Float64Array | null, factor: number, x: ParameterVector): void;
  /** x <- -W x - c; c null is 0. */
  negate(weights: Float64Array | null, x: ParameterVector, c: ParameterVector | null): void;
  /** out <- the diagonal of W⁻¹, p. */
  invert(weights: Float64Array | null, out: Float64Array): void;
}

/** A variance w for each group of parameters: J W Jᵀ goes through the products of layers at no cost. null is I. */
export function byGroups(space: Space): Weighing {
  const { kernels, parameters, groups } = space;
  const scale: Weighing["scale"] = (weights, factor, x) => scaleGroups(space, weights, factor, x);
  return {
    gram: (linearization, weights, out) => linearization.gram(weights, out),
    scale,
    negate(weights, x, c) {
      scale(weights, -1, x);
      if (c) kernels.axpy(parameters, -1, c.flat, x.flat);
    },
    invert(weights, out) {
      for (const [group, { start, end }] of groups.entries())
        out.fill(1 / (weights?.[group] ?? 1), start, end);
    },
  };
}

/**
 * A precision h for each parameter, W = H⁻¹: it goes through no Hadamard product, so that J H⁻¹ Jᵀ is summed over
 * groups of J's columns, J_c H_c^(-1/2), each of which is written out for a moment: n² p operations, where the Gram
 * matrix with weights by layers takes n² (inputs + units) for each layer.
 */
export function byParameters(space: Space): Weighing {
  const { parameters: p } = space;
  const gram = weightedGram(space);
  return {
    gram: (linearization, precisions, out) => gram(linearization, precisions!, out),
    scale(precisions, factor, { flat }) {
      for (let i = 0; i < p; i++) flat[i] = (factor * flat[i]!) / precisions![i]!;
    },
    negate(precisions, { flat }, c) {
      for (let i = 0; i < p; i++) flat[i] = -flat[i]! / precisions![i]! - (c?.flat[i] ?? 0);
    },
    invert(precisions, out) {
      out.set(precisions!.subarray(0, p));
    },
  };
}

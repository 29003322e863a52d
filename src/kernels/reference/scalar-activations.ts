import { type Activation, leakySlope } from "../activation.ts";
import { erfc } from "./erfc.ts";

/** An activation function of one number with its first two derivatives. */
export interface ScalarActivation {
  readonly value: (z: number) => number;
  readonly slope: (z: number) => number;
  readonly curvature: (z: number) => number;
}

/**
 * σ, σ' and σ'' of every activation, from the left at a kink.
 *
 * No formula cancels or overflows where its result does not: 1 - tanh² z, for example, is written as 1/cosh² z.
 * At ±∞ each is its limit; only the sine has none and is NaN there.
 */
export const scalarActivations: Readonly<Record<Activation, ScalarActivation>> = {
  identity: { value: (z) => z, slope: () => 1, curvature: () => 0 },
  tanh: {
    value: Math.tanh,
    slope: (z) => 4 * sigmoid(2 * z) * sigmoid(-2 * z),
    curvature: (z) => -8 * Math.tanh(z) * sigmoid(2 * z) * sigmoid(-2 * z),
  },
  relu: { value: (z) => Math.max(z, 0), slope: (z) => (z > 0 ? 1 : 0), curvature: () => 0 },
  "leaky-relu": {
    value: (z) => (z > 0 ? z : leakySlope * z),
    slope: (z) => (z > 0 ? 1 : leakySlope),
    curvature: () => 0,
  },
  elu: {
    value: (z) => (z > 0 ? z : Math.expm1(z)),
    slope: (z) => (z > 0 ? 1 : Math.exp(z)),
    curvature: (z) => (z > 0 ? 0 : Math.exp(z)),
  },
  gelu: {
    value: (z) => times(normalDistribution(z), z),
    slope: (z) => normalDistribution(z) + times(normalDensity(z), z),
    curvature: (z) => times(normalDensity(z), 2 - z * z),
  },
  silu: {
    value: (z) => times(sigmoid(z), z),
    slope: (z) => sigmoid(z) + times(sigmoid(z) * sigmoid(-z), z),
    curvature: (z) => times(sigmoid(z) * sigmoid(-z), 2 - z * Math.tanh(z / 2)),
  },
  sigmoid: {
    value: sigmoid,
    slope: (z) => sigmoid(z) * sigmoid(-z),
    curvature: (z) => -sigmoid(z) * sigmoid(-z) * Math.tanh(z / 2),
  },
  softplus: {
    value: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
    slope: sigmoid,
    curvature: (z) => sigmoid(z) * sigmoid(-z),
  },
  sine: { value: Math.sin, slope: Math.cos, curvature: (z) => -Math.sin(z) },
};

/** 1 / (1 + exp(-z)): exp(z) is tiny, not infinite, where z is far below 0. */
function sigmoid(z: number): number {
  return z < 0 ? Math.exp(z) / (1 + Math.exp(z)) : 1 / (1 + Math.exp(-z));
}

/** Φ(z) = erfc(-z/√2) / 2. */
function normalDistribution(z: number): number {
  return erfc(-z / Math.SQRT2) / 2;
}

/** φ(z) = exp(-z²/2) / √(2π). */
function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** factor · z for a factor that decays faster than z grows: once it has underflowed to 0, 0 · ∞ is 0. */
function times(factor: number, z: number): number {
  return factor === 0 ? 0 : factor * z;
}

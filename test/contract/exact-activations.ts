import type { Activation } from "../../src/kernels/activation.ts";

/** σ and its first three derivatives. */
export type Derivatives = readonly [value: number, slope: number, curvature: number, third: number];

/** Every activation and its derivatives by the textbook, at finite z; from the left at a kink. */
export const exactActivations: Readonly<Record<Activation, (z: number) => Derivatives>> = {
  identity: (z) => [z, 1, 0, 0],
  tanh: (z) => {
    const t = Math.tanh(z);
    const s = 1 / Math.cosh(z) ** 2;
    return [t, s, -2 * t * s, 4 * t * t * s - 2 * s * s];
  },
  relu: (z) => (z > 0 ? [z, 1, 0, 0] : [0, 0, 0, 0]),
  "leaky-relu": (z) => (z > 0 ? [z, 1, 0, 0] : [0.01 * z, 0.01, 0, 0]),
  elu: (z) => (z > 0 ? [z, 1, 0, 0] : [Math.expm1(z), Math.exp(z), Math.exp(z), Math.exp(z)]),
  gelu: (z) => {
    const density = normalDensity(z);
    const distribution = normalDistribution(z);
    return [
      z * distribution,
      distribution + z * density,
      (2 - z * z) * density,
      density === 0 ? 0 : (z * z - 4) * z * density,
    ];
  },
  silu: (z) => {
    const [s, d, d2, d3] = sigmoid(z);
    return [z * s, s + z * d, 2 * d + z * d2, 3 * d2 + z * d3];
  },
  sigmoid,
  softplus: (z) => {
    const [s, d, d2] = sigmoid(z);
    return [z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z)), s, d, d2];
  },
  sine: (z) => [Math.sin(z), Math.cos(z), -Math.sin(z), -Math.cos(z)],
};

/** The limits at -∞ and ∞ of σ, σ' and σ''; the sine has none. */
export const limits: Readonly<Partial<Record<Activation, readonly (readonly [number, number])[]>>> = {
  identity: pairs(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 1, 1),
  tanh: pairs(-1, 1, 0, 0),
  relu: pairs(0, Number.POSITIVE_INFINITY, 0, 1),
  "leaky-relu": pairs(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0.01, 1),
  elu: pairs(-1, Number.POSITIVE_INFINITY, 0, 1),
  gelu: pairs(0, Number.POSITIVE_INFINITY, 0, 1),
  silu: pairs(0, Number.POSITIVE_INFINITY, 0, 1),
  sigmoid: pairs(0, 1, 0, 0),
  softplus: pairs(0, Number.POSITIVE_INFINITY, 0, 1),
};

function pairs(left: number, right: number, slopeLeft: number, slopeRight: number) {
  return [
    [left, right],
    [slopeLeft, slopeRight],
    [0, 0],
  ] as const;
}

/** 1 / (1 + exp(-z)); 1 - 2 σ = -tanh(z/2) without cancellation. */
function sigmoid(z: number): Derivatives {
  const s = 1 / (1 + Math.exp(-z));
  const d = s / (1 + Math.exp(z));
  const t = -Math.tanh(z / 2);
  return [s, d, d * t, d * t * t - 2 * d * d];
}

/** exp(-z²/2) / √(2π), with z² in two parts of which the first is exact. */
function normalDensity(z: number): number {
  if (Math.abs(z) > 40) return 0;
  const head = Math.fround(z);
  return (Math.exp((-head * head) / 2) * Math.exp((-(z - head) * (z + head)) / 2)) / Math.sqrt(2 * Math.PI);
}

/**
 * Φ by its series φ(z) (z + z³/3 + z⁵/15 + …) near 0, and by the continued fraction of Laplace for the tail,
 * φ(z) / (z + 1/(z + 2/(z + 3/(z + …)))); Abramowitz and Stegun 1964, 26.2.11 and 26.2.14.
 */
function normalDistribution(z: number): number {
  const x = Math.abs(z);
  if (x < 0.7) {
    let sum = 0;
    let term = z;
    for (let n = 1; n < 40; n += 2, term *= (z * z) / n) sum += term;
    return 0.5 + normalDensity(z) * sum;
  }
  let fraction = x;
  for (let n = 1000; n > 0; n--) fraction = x + n / fraction;
  const tail = normalDensity(z) / fraction;
  return z < 0 ? tail : 1 - tail;
}

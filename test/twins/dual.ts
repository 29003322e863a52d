import type { Activation } from "../../src/kernels/activation.ts";
import { naiveActivations } from "./naive-network.ts";

/** A number and its derivative with respect to one parameter: exact, without a step width (Wengert 1964). */
export interface Dual {
  readonly value: number;
  readonly slope: number;
}

export const constant = (value: number): Dual => ({ value, slope: 0 });

export function add(a: Dual, b: Dual): Dual {
  return { value: a.value + b.value, slope: a.slope + b.slope };
}

export function subtract(a: Dual, b: Dual): Dual {
  return { value: a.value - b.value, slope: a.slope - b.slope };
}

export function times(a: Dual, b: Dual): Dual {
  return { value: a.value * b.value, slope: a.slope * b.value + a.value * b.slope };
}

export function timesNumber(a: Dual, factor: number): Dual {
  return { value: a.value * factor, slope: a.slope * factor };
}

export function sum(terms: readonly Dual[]): Dual {
  return terms.reduce(add, constant(0));
}

export function mean(terms: readonly Dual[]): Dual {
  return timesNumber(sum(terms), 1 / terms.length);
}

/** The first of the largest ones. */
export function largest(terms: readonly Dual[]): Dual {
  return terms.reduce((best, term) => (term.value > best.value ? term : best));
}

/** 1/√x. */
export function inverseRoot({ value, slope }: Dual): Dual {
  return { value: 1 / Math.sqrt(value), slope: (-0.5 * slope) / value ** 1.5 };
}

/** σ(x). gelu is left to the contract of the kernels, which has an erf. */
export function activate(activation: Activation, { value, slope }: Dual): Dual {
  const [of, derivative] = naiveActivations[activation as "tanh"];
  return { value: of(value), slope: derivative(value) * slope };
}

import { NetworkError } from "../../errors.ts";
import { type Activation, activations } from "../../kernels/activation.ts";

export function requireActivation(where: string, activation: Activation): void {
  if (!activations.includes(activation))
    throw new NetworkError(
      `${where}.activation: "${String(activation)}" is unknown; use one of ${activations.join(", ")}`,
    );
}

export function requireFinite(where: string, value: number): void {
  if (!Number.isFinite(value)) throw new NetworkError(`${where}: ${value} is not a finite number`);
}

export function requireWidth(where: string, width: number): void {
  if (!Number.isInteger(width) || width < 1)
    throw new NetworkError(`${where}: ${width} is not a whole number of at least 1`);
}

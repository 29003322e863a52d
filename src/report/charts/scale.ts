import { linearTicks, logTicks, type Tick } from "./ticks.ts";

/** Places numbers on an axis. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly Tick[];
  /** Whether a number can be placed at all. */
  shows(value: number): boolean;
  /** From 0 at `min` to 1 at `max`; numbers beyond are placed at the nearer end. */
  place(value: number): number;
}

/** Numbers beyond this are not drawn: sums of them might not be finite. */
const largest = 1e300;

/** A scale proportional to the numbers. */
export function linearScale(
  values: Iterable<number>,
  options: { margin?: number; ticks?: number } = {},
): Scale {
  const { margin = 0.04, ticks = 5 } = options;
  const shows = (value: number) => Math.abs(value) <= largest;
  const [min, max] = widen(extent(values, shows) ?? [0, 1], margin);
  return {
    min,
    max,
    ticks: linearTicks(min, max, ticks),
    shows,
    place: (value) => clamp((value / 2 - min / 2) / (max / 2 - min / 2)),
  };
}

/** A scale proportional to the numbers' logarithms; shows numbers above 0. */
export function logScale(values: Iterable<number>, options: { ticks?: number } = {}): Scale {
  const { ticks = 6 } = options;
  const shows = (value: number) => value >= 1 / largest && value <= largest;
  const [least, most] = extent(values, shows) ?? [0.1, 1];
  const ratio = most / least;
  // At least a factor of 1.2, so that the rounding of nearly equal numbers is not drawn as a mountain range.
  const factor = ratio < 1.2 ? 1.1 : Math.min(ratio ** 0.04, 1e6);
  const [min, max] = [least / factor, most * factor];
  const width = Math.log(max) - Math.log(min);
  return {
    min,
    max,
    ticks: logTicks(min, max, ticks),
    shows,
    place: (value) => clamp((Math.log(value) - Math.log(min)) / width),
  };
}

/** The least and the largest of the numbers that can be shown; null where there is none. */
export function extent(
  values: Iterable<number>,
  shows: (value: number) => boolean,
): readonly [number, number] | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!shows(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? [min, max] : null;
}

/** Adds a margin. A range that is no more than rounding gets a width of a tenth of its numbers, or 1 around 0. */
function widen([min, max]: readonly [number, number], margin: number): [number, number] {
  const size = Math.max(Math.abs(min), Math.abs(max));
  if (size < 1 / largest) return [-1, 1];
  if (max / size - min / size < 1e-9) return [min - size / 20, max + size / 20];
  const extra = margin * (max - min);
  return [min - extra, max + extra];
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}

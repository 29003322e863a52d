import { formatFixed, formatPower, powerOfTen } from "../format-number.ts";

/** A mark on an axis. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

/**
 * Round numbers between two numbers that differ by more than rounding, about `count` of them: multiples of 1, 2 or 5
 * times a power of ten. All labels have as many digits as are needed to tell them apart.
 */
export function linearTicks(min: number, max: number, count: number): readonly Tick[] {
  const raw = max / count - min / count;
  const exponent = Math.floor(Math.log10(raw));
  const lead = raw / 10 ** exponent;
  const factor = lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10;
  const unit = factor * 10 ** exponent;
  const ticks: Tick[] = [];
  for (let i = Math.ceil(min / unit); i <= Math.floor(max / unit); i++)
    // Adding 0 turns -0 into 0.
    ticks.push({ value: i * unit + 0, label: linearLabel(i * unit + 0, unit, Math.max(-min, max)) });
  return ticks;
}

function linearLabel(value: number, unit: number, largest: number): string {
  if (value === 0) return "0";
  const decimals = Math.max(0, -Math.floor(Math.log10(unit) + 1e-9));
  if (largest < 1e6 && decimals <= 5) return formatFixed(value, decimals);
  const digits = Math.floor(Math.log10(Math.abs(value)) + 1e-9) - Math.floor(Math.log10(unit) + 1e-9);
  return formatPower(value, Math.min(Math.max(digits, 0), 15));
}

/**
 * Marks of a logarithmic axis: powers of ten, thinned where they are many; with 2 and 5 times them where they are
 * few; round numbers where there is not even one.
 */
export function logTicks(min: number, max: number, count: number): readonly Tick[] {
  const decades = Math.log10(max) - Math.log10(min);
  const every = Math.max(1, Math.ceil(decades / count));
  const powers = decades <= count / 3 ? [] : marks(min, max, every, [1]);
  // Two powers of ten may stand in almost three decades.
  const ticks = powers.length >= 3 ? powers : marks(min, max, every, [1, 2, 5]);
  return ticks.length >= 3 ? ticks : linearTicks(min, max, count);
}

/** The given multiples of those powers of ten in a range whose exponents `every` divides. */
function marks(min: number, max: number, every: number, factors: readonly number[]): readonly Tick[] {
  const first = Math.floor(Math.log10(min));
  const last = Math.ceil(Math.log10(max));
  const ticks: Tick[] = [];
  for (let exponent = first; exponent <= last; exponent++)
    for (const factor of exponent % every === 0 ? factors : []) {
      // Read as a decimal number: 10 ** -5 is not the nearest number to 0.00001.
      const value = Number(`${factor}e${exponent}`);
      if (value >= min && value <= max) ticks.push({ value, label: logLabel(factor, exponent) });
    }
  return ticks;
}

function logLabel(factor: number, exponent: number): string {
  if (exponent >= -3 && exponent <= 4)
    return formatFixed(Number(`${factor}e${exponent}`), Math.max(-exponent, 0));
  return factor === 1 ? powerOfTen(exponent) : `${factor}×${powerOfTen(exponent)}`;
}

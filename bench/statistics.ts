/** The middle value, or the mean of the two middle ones; NaN of nothing. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The q-quantile by linear interpolation between order statistics. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = q * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (place - Math.floor(place)) * (above - below);
}

/** The mean. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The standard error of the mean. */
export function standardError(values: readonly number[]): number {
  const center = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1);
  return Math.sqrt(variance / values.length);
}

/** A straight line v ≈ intercept + slope u. */
export interface Line {
  readonly slope: number;
  /** The standard error of the slope. */
  readonly error: number;
  readonly intercept: number;
}

/** Fits a straight line by least squares; at least three points. */
export function fitLine(u: readonly number[], v: readonly number[]): Line {
  const n = u.length;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const [meanU, meanV] = [mean(u), mean(v)];
  const spread = sum(u.map((value) => (value - meanU) ** 2));
  const slope = sum(u.map((value, i) => (value - meanU) * (v[i]! - meanV))) / spread;
  const intercept = meanV - slope * meanU;
  const misfit = sum(u.map((value, i) => (v[i]! - intercept - slope * value) ** 2));
  return { slope, error: Math.sqrt(misfit / (n - 2) / spread), intercept };
}

/** Fits y ≈ e^intercept x^slope: a straight line through the logarithms of numbers above 0. */
export function fitPowerLaw(x: readonly number[], y: readonly number[]): Line {
  return fitLine(x.map(Math.log), y.map(Math.log));
}

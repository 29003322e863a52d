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

/** A straight line through logarithms: y ≈ e^intercept x^slope. */
export interface PowerLaw {
  readonly slope: number;
  /** The standard error of the slope. */
  readonly error: number;
  readonly intercept: number;
}

/** Fits y ∝ x^slope by least squares on log x and log y; at least three points, all above 0. */
export function fitPowerLaw(x: readonly number[], y: readonly number[]): PowerLaw {
  const n = x.length;
  const [u, v] = [x.map(Math.log), y.map(Math.log)];
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / n;
  const [meanU, meanV] = [mean(u), mean(v)];
  const spread = mean(u.map((value) => (value - meanU) ** 2)) * n;
  const slope = (mean(u.map((value, i) => (value - meanU) * (v[i]! - meanV))) * n) / spread;
  const intercept = meanV - slope * meanU;
  const misfit = mean(u.map((value, i) => (v[i]! - intercept - slope * value) ** 2)) * n;
  return { slope, error: Math.sqrt(misfit / (n - 2) / spread), intercept };
}

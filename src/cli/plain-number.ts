/** A number for a terminal, in characters that other programs read: rounded to `digits`; a dash for none. */
export function plainNumber(value: number | null, digits = 4): string {
  if (value === null || Number.isNaN(value)) return "-";
  const size = Math.abs(value);
  if (size >= 1e6 || (size < 1e-4 && size > 0)) return value.toExponential(digits - 1).replace("e+", "e");
  return String(Number(value.toPrecision(digits)));
}

/** A number in a column of such: with as many digits as are significant, so that the eye can compare. */
export function columnNumber(value: number | null, digits = 4): string {
  if (value === null || Number.isNaN(value)) return "-";
  const size = Math.abs(value);
  if (size >= 1e6 || (size < 1e-4 && size > 0)) return plainNumber(value, digits);
  return size >= 10 ** (digits - 1) ? value.toFixed(0) : value.toPrecision(digits);
}

/** An R² in a column of such. */
export function columnR2(value: number | null): string {
  if (value === null || Math.abs(value) >= 1e3) return plainNumber(value, 3);
  // Adding 0 turns -0 into 0.
  return (Math.round(1e3 * value) / 1e3 + 0).toFixed(3);
}

/** A count and what is counted: 1 row, 12 rows. */
export function plural(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

/** A time: 0.42 s, 12.3 s, 4 min 5 s, 2 h 3 min. */
export function plainDuration(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

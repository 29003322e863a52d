/**
 * Writes a number for people, rounded to significant digits: 0.01234, 1 234, 1.234 × 10⁻⁷; a dash where there is none.
 * Whole numbers below 10⁶ are written out.
 */
export function formatNumber(value: number | null, digits = 4): string {
  if (value === null || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return formatFixed(value, 0);
  if (size < 1e-4 || size >= 1e6) return formatPower(value, digits - 1);
  const decimals = digits - 1 - Math.floor(Math.log10(size));
  return formatFixed(value, Math.max(decimals, 0));
}

/** Writes a number with so many decimals, a true minus and thin spaces between thousands. */
export function formatFixed(value: number, decimals: number): string {
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split(".");
  const grouped = whole!.length > 4 ? whole!.replace(/\B(?=(\d{3})+$)/g, "\u202f") : whole!;
  return `${value < 0 ? "−" : ""}${grouped}${fraction ? `.${fraction}` : ""}`;
}

/** Writes a number with a power of ten: 1.23×10⁻⁷. */
export function formatPower(value: number, decimals: number): string {
  const [lead, exponent] = value.toExponential(decimals).split("e");
  return `${lead!.replace("-", "−")}×${powerOfTen(Number(exponent))}`;
}

/** Writes a power of ten: 10⁻⁷. */
export function powerOfTen(exponent: number): string {
  const digits = [...String(exponent)].map((digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]!));
  return `10${digits.join("")}`;
}

/** Writes an R²: with three decimals, as long as it is of their size. */
export function formatR2(value: number | null): string {
  if (value === null || !(Math.abs(value) < 10)) return formatNumber(value);
  return Math.abs(value) < 0.0005 ? "0.000" : formatFixed(value, 3);
}

/** Writes a count and what is counted: 1 row, 12 345 rows. */
export function formatCount(count: number, thing: string): string {
  return `${formatFixed(count, 0)} ${thing}${count === 1 ? "" : "s"}`;
}

/** Writes a duration: 0.42 s, 12.3 s, 4 min 5 s, 2 h 3 min. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

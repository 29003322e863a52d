/**
 * Turns a square picture of one channel about its middle, bilinearly interpolated, black outside:
 *
 *     out[y, x] = in[m + R (y - m, x - m)],  R (a, b) = (c a - s b, s a + c b),  m = (side - 1) / 2
 *
 * with c and s the cosine and sine of the angle. Writes bytes, rounded.
 *
 * @param from Where the picture starts in `pixels`. @param at Where the turned one starts in `out`.
 */
export function rotatePicture(
  side: number,
  degrees: number,
  pixels: Uint8Array,
  from: number,
  out: Uint8Array,
  at: number,
): void {
  const c = Math.cos((degrees * Math.PI) / 180);
  const s = Math.sin((degrees * Math.PI) / 180);
  const middle = (side - 1) / 2;
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const [a, b] = [y - middle, x - middle];
      const value = interpolate(side, pixels, from, middle + c * a - s * b, middle + s * a + c * b);
      out[at + y * side + x] = Math.round(value);
    }
}

/** The picture between its pixels: u rows down, v columns to the right. */
function interpolate(side: number, pixels: Uint8Array, from: number, u: number, v: number): number {
  const [y, x] = [Math.floor(u), Math.floor(v)];
  const [p, q] = [u - y, v - x];
  const pixel = (i: number, j: number) =>
    i < 0 || j < 0 || i >= side || j >= side ? 0 : pixels[from + i * side + j]!;
  const above = (1 - q) * pixel(y, x) + q * pixel(y, x + 1);
  const below = (1 - q) * pixel(y + 1, x) + q * pixel(y + 1, x + 1);
  return (1 - p) * above + p * below;
}

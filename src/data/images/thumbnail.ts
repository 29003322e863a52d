import type { ImageShape } from "./image-shape.ts";

/** A picture by itself: height × width × channels bytes. */
export interface Picture extends ImageShape {
  readonly pixels: Uint8Array;
}

/**
 * Makes a picture small enough to be shown among others: blocks of k × k pixels become their mean, with the least whole
 * k that leaves no side longer than `longest`. The blocks at the right and lower edge may be smaller.
 */
export function thumbnail({ height, width, channels, pixels }: Picture, longest: number): Picture {
  const k = Math.ceil(Math.max(height, width) / longest);
  const [rows, columns] = [Math.ceil(height / k), Math.ceil(width / k)];
  const out = new Uint8Array(rows * columns * channels);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++)
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        let count = 0;
        for (let i = y * k; i < Math.min((y + 1) * k, height); i++)
          for (let j = x * k; j < Math.min((x + 1) * k, width); j++, count++)
            sum += pixels[(i * width + j) * channels + c]!;
        out[(y * columns + x) * channels + c] = Math.round(sum / count);
      }
  return { height: rows, width: columns, channels, pixels: out };
}

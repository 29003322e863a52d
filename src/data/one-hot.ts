/** The number of columns in which a column of numbers, 0, or the positions of so many levels are written out. */
export function expandedWidth(columns: number, levels: readonly number[] = []): number {
  return levels.reduce((sum, count) => sum + (count > 0 ? count - 1 : 0), columns);
}

/**
 * Writes the positions of levels out as columns of 0 and 1, all of one scale: under a penalty of their weights a level
 * of few rows then stays near 0, the other levels' mean. Another position is 0 in all of them.
 *
 * @param inputs rows × columns, row-major.
 * @param levels For each column the number of levels whose position it holds, or 0.
 * @returns rows × `expandedWidth`; the inputs themselves where no column holds positions.
 */
export function expandLevels(
  inputs: Float64Array,
  rows: number,
  levels: readonly number[] = [],
): Float64Array {
  if (levels.every((count) => count === 0)) return inputs;
  const columns = levels.length;
  const width = expandedWidth(columns, levels);
  const out = new Float64Array(rows * width);
  for (let i = 0; i < rows; i++) {
    let place = i * width;
    for (const [j, count] of levels.entries()) {
      const value = inputs[i * columns + j]!;
      if (count === 0) out[place] = value;
      else if (value >= 0) out[place + value] = 1;
      place += count || 1;
    }
  }
  return out;
}

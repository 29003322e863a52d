import { DataError } from "../errors.ts";
import { seededRandom, shuffle } from "../random/random.ts";

/** Which rows train, choose and test; each ascending. */
export interface Split {
  readonly train: Int32Array;
  /** Chooses the best network and ends the training. */
  readonly validation: Int32Array;
  /** Looked at once, at the end. */
  readonly test: Int32Array;
}

/** How rows are split. */
export interface SplitOptions {
  /** The share of the rows that are not test rows which validate, in [0, 1). */
  readonly validation: number;
  /** The share of all rows which test, in [0, 1). */
  readonly test: number;
  /** Row numbers from 0 which test, in place of a share. */
  readonly testRows: ArrayLike<number> | null;
  readonly seed: number;
  /**
   * "random", or "blocks": the last rows test, and of the others the last validate. For frames of a video and other
   * series, whose neighbours are so alike that a random split would test what was learned by heart.
   */
  readonly by: "random" | "blocks";
}

export const splitDefaults: Readonly<SplitOptions> = Object.freeze({
  validation: 0.15,
  test: 0.15,
  testRows: null,
  seed: 0,
  by: "random",
});

/** Fewer rows than this can't tell a line from noise. */
const leastTrainRows = 3;

/**
 * Splits rows, at random in the same way for the same seed, or in blocks.
 *
 * @param rows Usable rows, as numbers of rows of the table.
 * @param total Rows of the whole table: `testRows` are numbers below it.
 * @throws {DataError} If a share or a row number is out of range, or fewer than three rows are left for training.
 */
export function splitRows(
  name: string,
  rows: Int32Array,
  total: number,
  options: Partial<SplitOptions>,
): Split {
  const { validation, test, testRows, seed, by } = { ...splitDefaults, ...options };
  requireShare(name, "validation", validation);
  requireShare(name, "test", test);
  const order = rows.slice();
  if (by === "random") shuffle(order, seededRandom(seed));
  else order.reverse();
  const chosen = testRows ? requireRows(name, testRows, total) : null;
  const testSize = Math.round(test * rows.length);
  const testPart = chosen ? order.filter((row) => chosen.has(row)) : order.slice(0, testSize);
  const remaining = chosen ? order.filter((row) => !chosen.has(row)) : order.slice(testSize);
  const validationSize = Math.round(validation * remaining.length);
  const train = remaining.slice(validationSize);
  if (train.length < leastTrainRows)
    throw new DataError(
      "too-few-rows",
      { file: name },
      `has ${rows.length} usable rows, of which ${train.length} would train; at least ${leastTrainRows} are needed`,
    );
  return {
    train: train.sort(),
    validation: remaining.slice(0, validationSize).sort(),
    test: testPart.sort(),
  };
}

/**
 * The split of one of several fits to the same rows. The test rows are the same for all. Each fit holds out others of the
 * rest for validation, in turn, so that what chooses in one fit teaches the others, as in cross-validation:
 *
 *     fit t holds out the places t v, ..., t v + v - 1 of the rest, in the order of the split, for v validation rows
 *
 * going round where the rest ends. In blocks each holds out a block.
 *
 * @param turn From 0, which is the split itself.
 */
export function turnSplit(
  split: Split,
  turn: number,
  { seed, by }: Pick<SplitOptions, "seed" | "by">,
): Split {
  const { train, validation, test } = split;
  if (turn === 0 || validation.length === 0) return split;
  const others = train.slice().reverse();
  if (by === "random") shuffle(others, seededRandom(seed));
  const order = [...validation.slice().reverse(), ...others];
  const start = (turn * validation.length) % order.length;
  const turned = Int32Array.from([...order.slice(start), ...order.slice(0, start)]);
  return {
    train: turned.slice(validation.length).sort(),
    validation: turned.slice(0, validation.length).sort(),
    test,
  };
}

function requireShare(file: string, name: string, share: number): void {
  if (!(share >= 0 && share < 1))
    throw new DataError("share", { file }, `can't be split with ${name} = ${share}; give a share in [0, 1)`);
}

function requireRows(file: string, rows: ArrayLike<number>, total: number): ReadonlySet<number> {
  const chosen = new Set<number>();
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (!Number.isInteger(row) || row < 0 || row >= total)
      throw new DataError(
        "test-rows",
        { file },
        `has no row ${row}; test rows are whole numbers from 0 to ${total - 1}`,
      );
    if (chosen.has(row))
      throw new DataError("test-rows", { file }, `would test row ${row} twice; name each row once`);
    chosen.add(row);
  }
  return chosen;
}

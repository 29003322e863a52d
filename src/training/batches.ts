import { type Random, shuffle } from "../random/random.ts";

/** A way through the training rows. */
export interface Batches {
  readonly order: Int32Array;
  /** Batches in an epoch. */
  readonly count: number;
  /** The most rows in a batch. */
  readonly largest: number;
  /** Where batch b starts in `order`; batch b ends where b + 1 starts. */
  start(b: number): number;
  /** Brings the rows into a new order, for the next epoch. */
  shuffle(): void;
}

/**
 * Divides rows into batches of at most `batchSize`, as equal in size as can be: no small rest whose Gram matrix
 * would say little. One batch of all rows is never shuffled: its order means nothing.
 */
export function divideBatches(rows: Int32Array, batchSize: number, random: Random): Batches {
  const order = Int32Array.from(rows);
  const count = Math.max(1, Math.ceil(rows.length / batchSize));
  const start = (b: number) => Math.floor((b * rows.length) / count);
  return {
    order,
    count,
    largest: Math.ceil(rows.length / count),
    start,
    shuffle: () => {
      if (count > 1) shuffle(order, random);
    },
  };
}

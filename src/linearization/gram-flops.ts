import type { BlockShape } from "../network/layers/layer-kind.ts";

/** What a layer's part of the Gram matrix may cost, in floating-point operations, the symmetric products by half. */
export interface GramFlops {
  /** b² rows + n² (units + c) of a dense layer; n² (units + c) / levels of an embedding with equally frequent levels. */
  readonly product: number;
  /** n² S² (rows + units + c): pairs of positions. */
  readonly pairs: number;
  /** 2 n S rows units + n² rows units: rows of J, formed and multiplied. */
  readonly rows: number;
}

/**
 * Counts the operations for n = examples × outputs residual rows.
 *
 * @param pass c: what each element of an n × n matrix costs besides the products.
 */
export function gramFlops(
  { kind, rows, columns, positions }: BlockShape,
  examples: number,
  outputs: number,
  pass = 3,
): GramFlops {
  const n = examples * outputs;
  return {
    product:
      kind === "embedding"
        ? (n ** 2 * (columns + pass)) / rows
        : examples ** 2 * rows + n ** 2 * (columns + pass),
    pairs: n ** 2 * positions ** 2 * (rows + columns + pass),
    rows: 2 * n * positions * rows * columns + n ** 2 * rows * columns,
  };
}

/** The operations of the way that a layer's kind allows and that costs least. */
export function leastGramFlops(block: BlockShape, examples: number, outputs: number, pass?: number): number {
  const { product, pairs, rows } = gramFlops(block, examples, outputs, pass);
  switch (block.kind) {
    case "dense":
    case "embedding":
      return product;
    case "convolution":
      return Math.min(pairs, rows);
    case "scale":
      return rows;
  }
}

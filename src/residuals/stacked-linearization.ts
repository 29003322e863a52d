import type { FloatArray } from "../kernels/kernels.ts";
import { rowProducts } from "../linearization/by-rows.ts";
import { lazy } from "../linearization/lazy.ts";
import type { Linearization } from "../linearization/linearization.ts";
import type { PlannedResidual } from "../linearization/residual.ts";
import type { Space } from "../linearization/space.ts";
import { viewFrom } from "../network/plan-matrix.ts";

/** A residual among others, and which examples and rows of the batch are its. */
export interface PlannedPart {
  readonly own: PlannedResidual;
  /** √w, the factor of its rows. */
  readonly root: number;
  /** Its examples among all are first <= e < end. */
  readonly first: number;
  readonly end: number;
  /** Its examples in the batch, by its own numbers, and how many. */
  readonly order: Int32Array;
  count: number;
  /** Where its rows begin in the batch. */
  row: number;
}

/** A part that has no example in the batch has no rows, whatever it was linearized on before. */
export function rowsOfPart({ own, count }: PlannedPart): number {
  return count === 0 ? 0 : own.linearization.rows;
}

/** The linearizations of all parts as one. */
export interface StackedLinearization extends Linearization {
  /** Takes the number of rows, after all parts have been linearized. */
  settle(rows: number): void;
}

/** J = (√w_1 J_1; √w_2 J_2; ...): what is linear in rows part by part, the Gram matrix by blocks J_a W J_bᵀ. */
export function stackLinearizations(space: Space, parts: readonly PlannedPart[]): StackedLinearization {
  const { kernels, parameters: p } = space;
  const example = new Int32Array(space.rows);
  const addend = space.vector();
  const products = rowProducts(space);
  const normal = lazy(() => kernels.allocate("float64", p ** 2) as Float64Array);
  const block = lazy(() => kernels.allocate("float64", space.rows ** 2) as Float64Array);
  let n = 0;
  const present = () => parts.filter(({ count }) => count > 0);

  const stacked: StackedLinearization = {
    columns: p,
    example,
    get rows() {
      return n;
    },
    settle(rows) {
      n = rows;
      numberExamples(parts, example);
    },
    pullback(u, out) {
      kernels.scale(p, 0, out.flat);
      for (const { own, root, row } of present()) {
        own.linearization.pullback(viewFrom(u, row), addend);
        kernels.axpy(p, root, addend.flat, out.flat);
      }
      return out;
    },
    pushforward(d, out) {
      for (const part of present()) {
        const rows = viewFrom(out, part.row);
        part.own.linearization.pushforward(d, rows);
        kernels.scale(rowsOfPart(part), part.root, rows);
      }
      return out;
    },
    gram(weights, out) {
      for (const [i, a] of present().entries())
        for (const b of present().slice(0, i + 1)) placeBlock(crossOf(a, b, weights, block()), a, b, n, out);
      return out;
    },
    gramTraces: (z, _, out) => products.gramTraces(stacked, z, out),
    cross(other, weights, out) {
      for (const part of present()) {
        const rows = viewFrom(out, part.row * other.rows) as Float64Array;
        part.own.linearization.cross(other, weights, rows);
        kernels.scale(rowsOfPart(part) * other.rows, part.root, rows);
      }
      return out;
    },
    writeRows(first, count, out) {
      for (const part of present()) {
        const begin = Math.max(first, part.row);
        const m = Math.min(first + count, part.row + rowsOfPart(part)) - begin;
        if (m <= 0) continue;
        const rows = viewFrom(out, (begin - first) * p);
        part.own.linearization.writeRows(begin - part.row, m, rows);
        kernels.scale(m * p, part.root, rows);
      }
    },
    normal(out) {
      kernels.scale(p * p, 0, out);
      for (const { own, root } of present())
        kernels.axpy(p * p, root ** 2, own.linearization.normal(normal()), out);
      return out;
    },
    layers: () => null,
    plannedLayers: () => null,
  };
  return stacked;
}

/** The examples of the parts, one after the other. */
function numberExamples(parts: readonly PlannedPart[], out: Int32Array): void {
  let before = 0;
  for (const part of parts) {
    const { example } = part.own.linearization;
    for (let i = 0; i < rowsOfPart(part); i++) out[part.row + i] = before + example[i]!;
    before += part.count;
  }
}

/** J_a W J_bᵀ of two parts, without their factors. */
function crossOf(
  a: PlannedPart,
  b: PlannedPart,
  weights: Float64Array | null,
  out: Float64Array,
): Float64Array {
  const own = a.own.linearization;
  return a === b ? own.gram(weights, out) : own.cross(b.own.linearization, weights, out);
}

/** Writes a block of the lower Gram matrix of n rows to its place, times √(w_a w_b). */
function placeBlock(block: FloatArray, a: PlannedPart, b: PlannedPart, n: number, out: Float64Array): void {
  const columns = rowsOfPart(b);
  for (let i = 0; i < rowsOfPart(a); i++) {
    const end = a === b ? i + 1 : columns;
    for (let j = 0; j < end; j++)
      out[(a.row + i) * n + b.row + j] = a.root * b.root * block[i * columns + j]!;
  }
}

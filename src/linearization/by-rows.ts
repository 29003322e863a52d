import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import { viewFrom } from "../network/plan-matrix.ts";
import { lazy } from "./lazy.ts";
import type { Linearization } from "./linearization.ts";
import type { Space } from "./space.ts";

/** What rows of J are written by. */
export type RowSource = Pick<Linearization, "rows" | "writeRows">;

/** Where the rows live, and which of their columns share a weight. */
type Rows = Pick<Space, "kernels" | "dtype" | "parameters" | "groups">;

/** What follows from the rows of J alone, all of them written out: for few parameters. */
export interface RowProducts {
  gram(source: RowSource, weights: Float64Array | null, out: Float64Array): Float64Array;
  gramTraces(source: RowSource, z: Float64Array, out: Float64Array): Float64Array;
  cross(source: RowSource, other: RowSource, weights: Float64Array | null, out: Float64Array): Float64Array;
  normal(source: RowSource, out: Float64Array): Float64Array;
}

/** Plans products of rows, in buffers that grow to the largest batch. */
export function rowProducts({ kernels, dtype, parameters: p, groups }: Rows): RowProducts {
  const [own, others] = [growing(kernels, dtype), growing(kernels, dtype)];
  const narrow = growing(kernels, dtype);

  const write = (source: RowSource, buffer: (length: number) => FloatArray): FloatArray => {
    const rows = buffer(source.rows * p);
    source.writeRows(0, source.rows, rows);
    return rows;
  };

  /** J <- J W. */
  const weigh = (n: number, weights: Float64Array | null, rows: FloatArray): void => {
    if (!weights) return;
    groups.forEach(({ start, end }, group) => {
      for (let i = 0; i < n; i++)
        for (let c = i * p + start; c < i * p + end; c++) rows[c]! *= weights[group]!;
    });
  };

  const cross: RowProducts["cross"] = (source, other, weights, out) => {
    const [n, m] = [source.rows, other.rows];
    const j = write(source, own);
    // Rows that are not weighed are their own other side.
    const k = other === source && !weights ? j : write(other, others);
    weigh(n, weights, j);
    const product = narrow(n * m);
    kernels.gemm(false, true, n, m, p, 1, j, p, k, p, 0, product, m);
    kernels.copy(n * m, product, out);
    return out;
  };

  return {
    cross,
    gram: (source, weights, out) => cross(source, source, weights, out),
    gramTraces(source, z, out) {
      const n = source.rows;
      const j = write(source, own);
      const product = narrow(n * n);
      groups.forEach(({ start, end }, group) => {
        out[group] = 0;
        if (start === end) return;
        kernels.syrk(false, n, end - start, 1, viewFrom(j, start), p, 0, product, n);
        for (let i = 0; i < n; i++)
          for (let k = 0; k <= i; k++) out[group]! += (k < i ? 2 : 1) * z[i * n + k]! * product[i * n + k]!;
      });
      return out;
    },
    normal(source, out) {
      const j = write(source, own);
      const product = narrow(p * p);
      kernels.syrk(true, p, source.rows, 1, j, p, 0, product, p);
      kernels.copy(p * p, product, out);
      return out;
    },
  };
}

/** A buffer that grows to the largest that was asked for. */
export function growing(kernels: Kernels, dtype: Rows["dtype"]): (length: number) => FloatArray {
  let buffer: FloatArray | null = null;
  return (length) => {
    if (!buffer || buffer.length < length) buffer = kernels.allocate(dtype, length);
    return buffer;
  };
}

/** A linearization whose J is at hand, n × p: for residuals of few parameters. */
export interface DenseLinearization extends Linearization {
  /** J, row-major. Whoever linearizes writes it. */
  readonly jacobian: FloatArray;
  /** Rows that are in use. */
  rows: number;
}

/**
 * Allocates a linearization for J itself.
 *
 * @param example For each row the number of its example. Default: each row is one.
 */
export function denseLinearization(space: Space, example?: Int32Array): DenseLinearization {
  const { kernels, dtype, rows: most, parameters: p } = space;
  const jacobian = kernels.allocate(dtype, most * p);
  const products = rowProducts(space);
  const seed = lazy(() => kernels.allocate(dtype, most));
  const own: DenseLinearization = {
    jacobian,
    rows: most,
    columns: p,
    example: example ?? Int32Array.from({ length: most }, (_, i) => i),
    pullback(u, out) {
      kernels.copy(own.rows, u, seed());
      kernels.gemm(true, false, p, 1, own.rows, 1, jacobian, p, seed(), 1, 0, out.flat, 1);
      return out;
    },
    pushforward(d, out) {
      kernels.gemm(false, false, own.rows, 1, p, 1, jacobian, p, d.flat, 1, 0, out, 1);
      return out;
    },
    gram: (weights, out) => products.gram(own, weights, out),
    gramTraces: (z, _, out) => products.gramTraces(own, z, out),
    cross: (other, weights, out) => products.cross(own, other, weights, out),
    writeRows(first, count, out) {
      kernels.copy(count * p, viewFrom(jacobian, first * p), out);
    },
    normal: (out) => products.normal(own, out),
    layers: () => null,
    plannedLayers: () => null,
  };
  return own;
}

import { tileBytes, tileRows } from "./workspace";

// Panels that the micro-kernel reads front to back. Rows or columns beyond the matrix are filled with 0.

/** Packs `rows` × `depth` of op(A) at `a` into panels of 6 rows, each depth × 6. */
export function packA<T>(transpose: bool, rows: usize, depth: usize, a: usize, lda: usize, out: usize): void {
  const panelBytes = tileRows * depth * sizeof<T>();
  const step = tileRows * sizeof<T>() * (transpose ? 1 : lda);
  for (let i: usize = 0; i < rows; i += tileRows, a += step, out += panelBytes) {
    if (rows - i < tileRows) packEdge<T>(transpose, rows - i, tileRows, depth, a, lda, out);
    else if (transpose) copySix<T>(depth, a, lda, out);
    else interleaveSix<T>(depth, a, lda, out);
  }
}

/** Packs `depth` × `columns` of op(B) at `b` into panels of 2 vectors, each depth × 2 vectors. */
export function packB<T>(
  transpose: bool,
  depth: usize,
  columns: usize,
  b: usize,
  ldb: usize,
  out: usize,
): void {
  const width = tileBytes / sizeof<T>();
  const step = tileBytes * (transpose ? ldb : 1);
  for (let j: usize = 0; j < columns; j += width, b += step, out += tileBytes * depth) {
    if (columns - j < width) packEdge<T>(!transpose, columns - j, width, depth, b, ldb, out);
    else if (transpose) interleave<T>(depth, b, ldb, out);
    else copyVectors<T>(depth, b, ldb, out);
  }
}

/** out[k, i] <- a[k, i] for i < 6. */
function copySix<T>(depth: usize, a: usize, lda: usize, out: usize): void {
  const stride = lda * sizeof<T>();
  for (let k: usize = 0; k < depth; k++, a += stride, out += tileRows * sizeof<T>()) {
    v128.store(out, v128.load(a));
    if (sizeof<T>() == 8) {
      v128.store(out, v128.load(a, 16), 16);
      v128.store(out, v128.load(a, 32), 32);
    } else store<u64>(out, load<u64>(a, 16), 16);
  }
}

/** out[k, i] <- a[i, k] for i < 6. */
function interleaveSix<T>(depth: usize, a: usize, lda: usize, out: usize): void {
  const stride = lda * sizeof<T>();
  const a1 = a + stride;
  const a2 = a1 + stride;
  const a3 = a2 + stride;
  const a4 = a3 + stride;
  const a5 = a4 + stride;
  for (let k: usize = 0; k < depth * sizeof<T>(); k += sizeof<T>(), out += tileRows * sizeof<T>()) {
    store<T>(out, load<T>(a + k));
    store<T>(out, load<T>(a1 + k), sizeof<T>());
    store<T>(out, load<T>(a2 + k), 2 * sizeof<T>());
    store<T>(out, load<T>(a3 + k), 3 * sizeof<T>());
    store<T>(out, load<T>(a4 + k), 4 * sizeof<T>());
    store<T>(out, load<T>(a5 + k), 5 * sizeof<T>());
  }
}

/** out[k, :] <- b[k, :] for two vectors. */
function copyVectors<T>(depth: usize, b: usize, ldb: usize, out: usize): void {
  const stride = ldb * sizeof<T>();
  for (let k: usize = 0; k < depth; k++, b += stride, out += tileBytes) {
    v128.store(out, v128.load(b));
    v128.store(out, v128.load(b, 16), 16);
  }
}

/** out[k, j] <- b[j, k] for the 8 or 4 columns of a panel, four at a time. */
function interleave<T>(depth: usize, b: usize, ldb: usize, out: usize): void {
  interleaveFour<T>(depth, b, ldb, out);
  if (sizeof<T>() == 4) interleaveFour<T>(depth, b + 16 * ldb, ldb, out + 16);
}

function interleaveFour<T>(depth: usize, b: usize, ldb: usize, out: usize): void {
  const stride = ldb * sizeof<T>();
  const b1 = b + stride;
  const b2 = b1 + stride;
  const b3 = b2 + stride;
  for (let k: usize = 0; k < depth * sizeof<T>(); k += sizeof<T>(), out += tileBytes) {
    store<T>(out, load<T>(b + k));
    store<T>(out, load<T>(b1 + k), sizeof<T>());
    store<T>(out, load<T>(b2 + k), 2 * sizeof<T>());
    store<T>(out, load<T>(b3 + k), 3 * sizeof<T>());
  }
}

/** A panel of `width` of which only `count` lie in the matrix: out[k, i] <- contiguous ? a[k, i] : a[i, k]. */
function packEdge<T>(
  contiguous: bool,
  count: usize,
  width: usize,
  depth: usize,
  a: usize,
  lda: usize,
  out: usize,
): void {
  const alongPanel = sizeof<T>() * (contiguous ? 1 : lda);
  const alongDepth = sizeof<T>() * (contiguous ? lda : 1);
  for (let k: usize = 0; k < depth; k++, a += alongDepth)
    for (let i: usize = 0; i < width; i++, out += sizeof<T>())
      store<T>(out, i < count ? load<T>(a + i * alongPanel) : 0);
}

import { multiplyTile } from "./multiply-tile";
import { packA, packB } from "./pack";
import {
  columnBlockBytes,
  depthBlock,
  packedA,
  packedB,
  rowBlock,
  scratch,
  tileBytes,
  tileRows,
} from "./workspace";

/**
 * C <- α op(A) op(B) + β C for k > 0, or its lower triangle alone, in the rows from `top` to `bottom` and the columns
 * from `left` to `right`. To begin inside of C at multiples of a tile's sides leaves every element as it is computed in
 * the whole product.
 *
 * Three loops cut the product into blocks that stay in the caches, packed for the micro-kernel.
 *
 * Source: Goto and van de Geijn 2008, Anatomy of high-performance matrix multiplication, ACM TOMS 34(3); the
 * order of the loops is that of BLIS (Van Zee and van de Geijn 2015, ACM TOMS 41(3)).
 */
export function multiply<T>(
  lower: bool,
  transposeA: bool,
  transposeB: bool,
  top: usize,
  bottom: usize,
  left: usize,
  right: usize,
  k: usize,
  alpha: T,
  a: usize,
  lda: usize,
  b: usize,
  ldb: usize,
  beta: T,
  c: usize,
  ldc: usize,
): void {
  const columnBlock = columnBlockBytes / sizeof<T>();
  const end = lower ? min(right, bottom) : right;
  for (let j = left; j < end; j += columnBlock) {
    const columns = min(columnBlock, end - j);
    for (let p: usize = 0; p < k; p += depthBlock) {
      const depth = min(depthBlock, k - p);
      packB<T>(transposeB, depth, columns, at<T>(transposeB, b, ldb, p, j), ldb, packedB());
      for (let i = top; i < bottom; i += rowBlock) {
        const rows = min(rowBlock, bottom - i);
        if (lower && i + rows <= j) continue;
        packA<T>(transposeA, rows, depth, at<T>(transposeA, a, lda, i, p), lda, packedA());
        multiplyBlock<T>(lower, i, j, rows, columns, depth, alpha, p == 0 ? beta : 1, c, ldc);
      }
    }
  }
}

/** Address of element (i, j) of op(X). */
// @ts-expect-error: decorator
@inline
function at<T>(transpose: bool, x: usize, ldx: usize, i: usize, j: usize): usize {
  return x + sizeof<T>() * (transpose ? j * ldx + i : i * ldx + j);
}

/** C[i.., j..] <- α A B + β C for the packed blocks of A (rows × depth) and B (depth × columns). */
function multiplyBlock<T>(
  lower: bool,
  i: usize,
  j: usize,
  rows: usize,
  columns: usize,
  depth: usize,
  alpha: T,
  beta: T,
  c: usize,
  ldc: usize,
): void {
  const width = tileBytes / sizeof<T>();
  const panelBytes = tileRows * depth * sizeof<T>();
  let b = packedB();
  for (let column = j; column < j + columns; column += width, b += tileBytes * depth) {
    let a = packedA();
    for (let row = i; row < i + rows; row += tileRows, a += panelBytes) {
      const tileHeight = min(tileRows, i + rows - row);
      const tileWidth = min(width, j + columns - column);
      if (lower && row + tileHeight <= column) continue;
      const tile = c + sizeof<T>() * (row * ldc + column);
      const isWhole = tileHeight == tileRows && tileWidth == width && !(lower && row + 1 < column + width);
      if (isWhole) {
        multiplyTile<T>(depth, a, b, alpha, beta, tile, ldc, beta == 0);
      } else {
        multiplyTile<T>(depth, a, b, alpha, 0, scratch(), width, true);
        // The last column, counted from that of the tile, that row 0 of the tile may write.
        const diagonal = lower ? <isize>row - <isize>column : <isize>width;
        mergeTile<T>(tileHeight, tileWidth, diagonal, beta, tile, ldc);
      }
    }
  }
}

/** c[i, j] <- scratch[i, j] + β c[i, j] for the part of a tile with j <= i + diagonal. */
function mergeTile<T>(rows: usize, columns: usize, diagonal: isize, beta: T, c: usize, ldc: usize): void {
  const width = tileBytes / sizeof<T>();
  for (let i: usize = 0; i < rows; i++) {
    const end = min(<isize>columns, <isize>i + diagonal + 1);
    for (let j: isize = 0; j < end; j++) {
      const address = c + sizeof<T>() * (i * ldc + j);
      const x = load<T>(scratch() + sizeof<T>() * (i * width + j));
      store<T>(address, beta == 0 ? x : x + beta * load<T>(address));
    }
  }
}

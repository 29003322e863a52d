// Scratch memory of this instance: packed panels of a product, tiles of a triangular solve.
//
// Every thread has its own instance and must give it its own workspace.

/** Rows of a tile of C that the micro-kernel keeps in registers. */
export const tileRows: usize = 6;
/** Width in bytes of such a tile: two vectors, 8 float32 or 4 float64. */
export const tileBytes: usize = 32;

/** Depth k of the packed panels: a panel of A and one of B stay in the first-level cache. */
export const depthBlock: usize = 256;
/** Rows of A packed at once; a multiple of `tileRows`. Depth times rows stay in the second-level cache. */
export const rowBlock: usize = 96;
/** Width in bytes of the block of B packed at once; a multiple of `tileBytes`. */
export const columnBlockBytes: usize = 4096;

const packedABytes: usize = rowBlock * depthBlock * sizeof<f64>();
const packedBBytes: usize = depthBlock * columnBlockBytes;

/** Numbers in the scratch row and column of an eigendecomposition or the columns of a triangular solve. */
const scratchBytes: usize = 1 << 16;

let base: usize = 0;

/** Bytes to hand to `setWorkspace`. */
export function workspaceBytes(): usize {
  return packedABytes + packedBBytes + scratchBytes;
}

/** Must be called once, with an address aligned to 64 bytes, before any other function. */
export function setWorkspace(address: usize): void {
  base = address;
}

// @ts-expect-error: decorator
@inline
export function packedA(): usize {
  return base;
}

// @ts-expect-error: decorator
@inline
export function packedB(): usize {
  return base + packedABytes;
}

/** For one tile of C, or for the columns of a triangular solve; not in use across calls. */
// @ts-expect-error: decorator
@inline
export function scratch(): usize {
  return base + packedABytes + packedBBytes;
}

/** The first address beyond the constants of this module. */
export function heapBase(): usize {
  return __heap_base;
}

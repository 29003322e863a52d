import { multiply } from "./multiply";
import { tileBytes, tileRows } from "./workspace";

// Products that several threads compute, each with an instance of this module on the same memory.
//
// C is cut into pieces at the edges of the micro-kernel's tiles: every element is computed as by one thread, and the
// result is the same bit for bit. Whoever is free takes the next piece, the caller too, who so needs no answer from a
// thread that is late, or has not come up.

// Where the numbers of a team lie, from the address of its record; numbers that several threads write stand in cache
// lines of their own.
const openPieces: usize = 0; // pieces that nobody has taken; what waiting threads watch
const unfinishedPieces: usize = 64;
const readyThreads: usize = 128; // threads that have come up, beside the caller
const workerPieces: usize = 132; // pieces that they have computed
const product: usize = 192; // the product's 11 whole numbers of 4 bytes, in the order of `writeProduct`
const factors: usize = 256; // α and β, as float64
const recordBytes: usize = 320;

/** Pieces of a product for each thread: more than 1, so that a thread that is held up keeps the others less. */
const piecesPerThread: usize = 2;

/**
 * Looks for work, or for its end, before a thread sleeps: some 0.1 ms. To wake one costs the caller some 40 µs, and
 * between the products of a step lie passes over elements that take as long: with a fifth of the looks, two threads gave
 * 1.1 times the speed of one with pauses of 20 µs (192³, float32), with these 1.5 with pauses of 50 µs.
 */
const looks: i32 = 100_000;

/** Asks for the threads of the team, which come up while the caller goes on. */
// @ts-expect-error: decorator
@external("env", "summonTeam")
declare function summonTeam(): void;

let team: usize = 0;
let threads: usize = 1;
let sharedFlops: f64 = Infinity;
let maySleep: bool = false;

/** Bytes to hand to `setTeam` and `serve`, zeroed. */
export function teamBytes(): usize {
  return recordBytes;
}

/**
 * From now on, products of so many operations summon the team, and are shared with the threads that serve the record at
 * this address; 0: with none. `sleeps` lets the caller sleep too, which the main thread of a page may not.
 */
export function setTeam(record: usize, count: usize, flops: f64, sleeps: bool): void {
  team = record;
  maySleep = sleeps;
  threads = count;
  sharedFlops = flops;
}

/** Whether a product of so many operations is for more than one thread. Such a product summons the team. */
export function isForTeam(flops: f64): bool {
  if (flops < sharedFlops) return false;
  summonTeam();
  return team != 0 && atomic.load<i32>(team, readyThreads) > 0;
}

/** Pieces that threads other than the caller have computed. */
export function piecesByWorkers(): i32 {
  return team == 0 ? 0 : atomic.load<i32>(team, workerPieces);
}

/** Takes pieces of the products of a team, for ever. */
export function serve(record: usize): void {
  atomic.add<i32>(record, 1, readyThreads);
  let idle = 0;
  while (true) {
    if (takePiece(record)) {
      atomic.add<i32>(record, 1, workerPieces);
      idle = 0;
    } else if (++idle > looks) atomic.wait<i32>(record + openPieces, 0, -1);
  }
}

/** `multiply` of the whole of C by the team. */
export function multiplyTogether<T>(
  lower: bool,
  transposeA: bool,
  transposeB: bool,
  m: usize,
  n: usize,
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
  const flags = (<u32>lower) | ((<u32>transposeA) << 1) | ((<u32>transposeB) << 2) | (<u32>sizeof<T>() << 3);
  const pieces = min(piecesPerThread * threads, max(rowTiles(m), columnTiles<T>(n)));
  writeProduct(flags, pieces, m, n, k, a, lda, b, ldb, c, ldc);
  store<f64>(team, alpha, factors);
  store<f64>(team, beta, factors + 8);
  atomic.store<i32>(team, <i32>pieces, unfinishedPieces);
  // The record is complete before the first piece is open, and stays until the last is finished.
  atomic.store<i32>(team, <i32>pieces, openPieces);
  atomic.notify(team + openPieces, <i32>(threads - 1));
  while (atomic.load<i32>(team, openPieces) != 0) takePiece(team);
  awaitOthers();
}

/** Until no piece is unfinished. Who has slept leaves its processor to a thread that may have none. */
function awaitOthers(): void {
  let idle = 0;
  while (true) {
    const unfinished = atomic.load<i32>(team, unfinishedPieces);
    if (unfinished == 0) return;
    if (++idle > looks && maySleep) atomic.wait<i32>(team + unfinishedPieces, unfinished, -1);
  }
}

function writeProduct(
  flags: u32,
  pieces: usize,
  m: usize,
  n: usize,
  k: usize,
  a: usize,
  lda: usize,
  b: usize,
  ldb: usize,
  c: usize,
  ldc: usize,
): void {
  const out = team + product;
  store<u32>(out, flags);
  store<usize>(out, pieces, 4);
  store<usize>(out, m, 8);
  store<usize>(out, n, 12);
  store<usize>(out, k, 16);
  store<usize>(out, a, 20);
  store<usize>(out, lda, 24);
  store<usize>(out, b, 28);
  store<usize>(out, ldb, 32);
  store<usize>(out, c, 36);
  store<usize>(out, ldc, 40);
}

/** Computes one of the open pieces; false if there is none, or another thread was faster. */
function takePiece(record: usize): bool {
  const open = atomic.load<i32>(record, openPieces);
  if (open == 0 || atomic.cmpxchg<i32>(record, open, open - 1, openPieces) != open) return false;
  if (load<u32>(record, product) >> 3 == 4) multiplyPiece<f32>(record, open - 1);
  else multiplyPiece<f64>(record, open - 1);
  if (atomic.sub<i32>(record, 1, unfinishedPieces) == 1) atomic.notify(record + unfinishedPieces, 1);
  return true;
}

/** Piece number `piece`: a range of the rows of C, or of the columns where they are longer. */
function multiplyPiece<T>(record: usize, piece: usize): void {
  const at = record + product;
  const flags = load<u32>(at);
  const lower = (flags & 1) != 0;
  const pieces = load<usize>(at, 4);
  const m = load<usize>(at, 8);
  const n = load<usize>(at, 12);
  const byRows = lower || rowTiles(m) >= columnTiles<T>(n);
  const tiles = byRows ? rowTiles(m) : columnTiles<T>(n);
  const side = byRows ? tileRows : tileBytes / sizeof<T>();
  const begin = side * edge(lower, tiles, piece, pieces);
  const end = min(byRows ? m : n, side * edge(lower, tiles, piece + 1, pieces));
  multiply<T>(
    lower,
    (flags & 2) != 0,
    (flags & 4) != 0,
    byRows ? begin : 0,
    byRows ? end : m,
    byRows ? 0 : begin,
    byRows ? n : end,
    load<usize>(at, 16),
    <T>load<f64>(record, factors),
    load<usize>(at, 20),
    load<usize>(at, 24),
    load<usize>(at, 28),
    load<usize>(at, 32),
    <T>load<f64>(record, factors + 8),
    load<usize>(at, 36),
    load<usize>(at, 40),
  );
}

/** The tile at which a piece begins: pieces of equal area, of a rectangle or of a lower triangle. */
function edge(lower: bool, tiles: usize, piece: usize, pieces: usize): usize {
  const share = <f64>piece / <f64>pieces;
  return <usize>(<f64>tiles * (lower ? sqrt<f64>(share) : share));
}

function rowTiles(m: usize): usize {
  return (m + tileRows - 1) / tileRows;
}

function columnTiles<T>(n: usize): usize {
  const width = tileBytes / sizeof<T>();
  return (n + width - 1) / width;
}

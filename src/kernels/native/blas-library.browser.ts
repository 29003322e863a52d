/** As in blas-library.ts, in whose place this stands in what pages load. */
export class BlasNotFoundError extends Error {
  override readonly name = "BlasNotFoundError";
  readonly code = "blas-not-found";
}

/** Thrown where a network description can't be built. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
  readonly code = "network";
}

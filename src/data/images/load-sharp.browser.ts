import { DataError } from "../../errors.ts";

/** In place of load-sharp.ts in what pages load. @throws {DataError} Always. */
export async function loadSharp(): Promise<never> {
  throw new DataError("no-decoder", { file: "images" }, "are decoded in Node alone; use pictures there");
}

import { DataError } from "../../errors.ts";

/** What is used of `sharp`, the library that decodes and resizes. */
export type Sharp = (bytes: Uint8Array, options: Readonly<Record<string, unknown>>) => SharpPipeline;

export interface SharpPipeline {
  autoOrient(): SharpPipeline;
  flatten(options: Readonly<Record<string, unknown>>): SharpPipeline;
  resize(options: Readonly<Record<string, unknown>>): SharpPipeline;
  toColourspace(name: string): SharpPipeline;
  raw(options: Readonly<Record<string, unknown>>): SharpPipeline;
  toBuffer(): Promise<Uint8Array>;
}

/**
 * Loads sharp, an optional dependency. Node only.
 *
 * @param find What imports a module by its name; another one only in tests.
 * @throws {DataError} If it is not installed, or has no binary for this platform.
 */
export async function loadSharp(find: (name: string) => unknown = requireModule): Promise<Sharp> {
  try {
    return find("sharp") as Sharp;
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split("\n");
    throw new DataError(
      "no-decoder",
      { file: "images" },
      `are decoded by the optional package sharp, which can't be loaded (${reason}); run \`npm install sharp\``,
    );
  }
}

function requireModule(name: string): unknown {
  // Not imported: bundlers of pages, which see this file too, would look for it.
  const { createRequire } = process.getBuiltinModule("node:module");
  return createRequire(import.meta.url)(name);
}

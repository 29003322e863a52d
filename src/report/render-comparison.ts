import type { Comparison } from "../model/compare.ts";

/** Stub. */
export function renderComparison(name: string, { network }: Comparison): string {
  return `${name} ${network}`;
}

/** Never: this stands in the place of node-worker.ts in what pages load. */
export function inNode(): boolean {
  return false;
}

export function startInNode(): never {
  throw new Error("threads of Node were asked for in a page");
}

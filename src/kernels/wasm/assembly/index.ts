// The exports of the module: every operation for float32 and float64 arrays, which the build writes from
// src/kernels/signatures.ts, and what the memory, the threads and the windows need.

export * from "./generated/exports";
export { piecesByWorkers, serve, setTeam, teamBytes } from "./team";
export { setWindow } from "./window";
export { heapBase, setWorkspace, workspaceBytes } from "./workspace";

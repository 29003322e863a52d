import { inNode, startInNode } from "./node-worker.ts";

/** What a worker needs to take pieces of products; see assembly/team.ts. */
export interface WorkerTask {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Addresses: scratch memory of its own, and the record that the team shares. */
  readonly workspace: number;
  readonly record: number;
}

/** A thread that runs until it is told to end, and keeps no process alive. */
export interface Worker {
  end(): void;
}

/** The whole program of a worker, as a text: a file of its own would have to be found by bundlers and by Node. */
const serve = `({ module, memory, workspace, record }) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort() {}, summonTeam() {} } });
  exports.setWorkspace(workspace);
  exports.serve(record);
}`;

/** Whether threads may share a memory here: in Node, and in pages that are isolated from those of other origins. */
export function canStartWorkers(): boolean {
  return inNode() || (globalThis.crossOriginIsolated === true && typeof globalThis.Worker === "function");
}

/** Whether this thread may wait for another without keeping its processor busy: the main thread of a page may not. */
export function callerMaySleep(): boolean {
  return typeof globalThis.document === "undefined";
}

/**
 * Starts a worker, which is ready some milliseconds later; in a page, not before the caller returns to the event loop.
 *
 * @returns null where that is not allowed, for example by a page's policy; that may also show later, as silence.
 */
export function startWorker(task: WorkerTask): Worker | null {
  try {
    return inNode() ? startInNode(serve, task) : startInPage(task);
  } catch {
    return null;
  }
}

/** The address of the program in a page, made once. */
let address: string | null = null;

function startInPage(task: WorkerTask): Worker {
  const source = `onmessage = ({ data }) => (${serve})(data);`;
  address ??= URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const thread = new globalThis.Worker(address);
  thread.onerror = (event) => event.preventDefault();
  thread.postMessage(task);
  return { end: () => thread.terminate() };
}

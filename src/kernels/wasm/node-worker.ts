import type { Worker, WorkerTask } from "./start-worker.ts";

/** Whether this is Node, or another engine with its modules. */
export function inNode(): boolean {
  return typeof globalThis.process?.getBuiltinModule === "function";
}

/** Starts a thread of Node. @param serve The program, a function of the task, as a text. */
export function startInNode(serve: string, task: WorkerTask): Worker {
  const { Worker: Thread } = process.getBuiltinModule("node:worker_threads");
  const source = `(${serve})(require("node:worker_threads").workerData)`;
  // The flags of the process may ask for modules that are no business of this thread.
  const thread = new Thread(source, { eval: true, workerData: task, execArgv: [] });
  // One that fails never reports ready, and the others do its work.
  thread.on("error", () => {});
  thread.unref();
  return { end: () => void thread.terminate() };
}

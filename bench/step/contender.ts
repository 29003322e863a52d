/** One system with one method on one case: it starts where all start, and is timed in turn with the others. */
export interface Contender {
  readonly system: "gramian" | "pytorch" | "tfjs-wasm" | "tfjs-cpu";
  readonly optimizer: "sgd" | "adam" | "gram-gauss-newton" | "vmap-gram";
  readonly kernels: "native" | "wasm" | null;
  readonly threads: number;
  /** Takes the first steps: so many, or fewer if they last longer than `firstStepsMs`, but at least one. */
  begin(steps: number): Promise<Beginning>;
  /** Takes further steps; milliseconds for each. */
  time(steps: number): Promise<number>;
  /** Gives back what the garbage collector would not. */
  end?(): Promise<void>;
}

/** Steps beyond the first are left out once so much time has gone: of some systems one step takes seconds. */
export const firstStepsMs = 3000;

export interface Beginning {
  /** The mean loss ½ ‖r‖² / n before each step, and after the last. */
  readonly losses: readonly number[];
  /** Of each step. */
  readonly milliseconds: readonly number[];
  /** Of the memory of all arrays; absent where it is not known. */
  readonly bytes?: number;
}

/** Names a contender in messages. */
export function describeContender({ system, kernels, optimizer, threads }: Contender): string {
  const on = kernels ? ` on ${kernels}` : "";
  return `${system} ${optimizer}${on}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
}

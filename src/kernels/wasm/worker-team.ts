import { MemoryLimitError } from "../../errors.ts";
import { callerMaySleep, canStartWorkers, startWorker, type Worker } from "./start-worker.ts";
import type { WasmMemory } from "./wasm-memory.ts";

/**
 * Teams that have workers at one time; the one that was idle for longest makes room for the next. A fit trains in a few
 * memories, one after another.
 */
const mostCrews = 4;

/** The most threads of a team: each packs a factor of a product again, and takes some 10 MiB. Measured with two alone. */
const mostThreads = 16;

/** The workers of a team. It does not hold the team, nor its memory: they are collected when their kernels are. */
interface Crew {
  readonly workers: readonly Worker[];
  readonly team: WeakRef<WorkerTeam>;
}

/** Those that have workers, the one that worked last at the end. */
const crews = new Set<Crew>();

const abandoned = new FinalizationRegistry<Crew>((crew) => dismiss(crew));

/** The threads that share the large products of one memory. */
export interface WorkerTeam {
  /** With the caller; 1 where there can be no others. */
  readonly threads: number;
  /** Starts the workers, if they are not there. Until they are ready the caller works alone. Large products call it. */
  summon(): void;
  /** The caller works alone from now on. */
  disband(): void;
}

/** The functions of a module that teams need. */
export interface TeamExports {
  teamBytes(): number;
  workspaceBytes(): number;
  setTeam(record: number, threads: number, flops: number, maySleep: boolean): void;
  piecesByWorkers(): number;
}

/**
 * Makes a team without workers: they start with the first large product.
 *
 * @param flops Operations from which a product is large.
 */
export function createTeam(
  module: WebAssembly.Module,
  memory: WasmMemory,
  exports: TeamExports,
  threads: number,
  flops: number,
): WorkerTeam {
  const size = canStartWorkers() ? Math.min(threads, mostThreads) : 1;
  let crew: Crew | null = null;
  let workspaces: number | null = null;

  function hire(): Crew {
    const workspaceBytes = exports.workspaceBytes();
    workspaces ??= memory.reserve((size - 1) * workspaceBytes);
    // A record of its own for each crew: a worker that is ending must not take a piece of the next crew's product.
    const record = memory.reserve(exports.teamBytes());
    const workers: Worker[] = [];
    for (let i = 0; i < size - 1; i++) {
      const workspace = workspaces + i * workspaceBytes;
      const worker = startWorker({ module, memory: memory.memory, workspace, record });
      if (worker) workers.push(worker);
    }
    exports.setTeam(record, size, flops, callerMaySleep());
    return { workers, team: new WeakRef(team) };
  }

  const team: WorkerTeam = {
    threads: size,
    summon() {
      if (!crew) {
        makeRoom();
        try {
          crew = hire();
        } catch (error) {
          // The memory is full, and the caller can do without.
          if (error instanceof MemoryLimitError) return;
          throw error;
        }
        abandoned.register(team, crew);
      }
      crews.delete(crew);
      crews.add(crew);
    },
    disband() {
      exports.setTeam(0, 1, flops, false);
      crew = null;
    },
  };
  if (size > 1) team.disband();
  return team;
}

function makeRoom(): void {
  if (crews.size < mostCrews) return;
  const [idle] = crews;
  if (idle) dismiss(idle);
}

function dismiss(crew: Crew): void {
  crew.team.deref()?.disband();
  for (const worker of crew.workers) worker.end();
  crews.delete(crew);
}

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { DType } from "../../src/kernels/kernels.ts";
import { isDense, outputCount } from "../../src/network/network.ts";
import { type Beginning, type Contender, firstStepsMs } from "./contender.ts";
import { ratesFor, type SharedStart } from "./shared-start.ts";

/** From build/bench/step, where the compiled file stands. */
const script = fileURLToPath(new URL("../../../bench/step/torch_step.py", import.meta.url));

export const torchInstall = "apt-get install python3-torch";

/** PyTorch in one child process that answers a line for a line. */
export interface Torch {
  /** PyTorch's version, and the core that its BLAS was built for. */
  readonly description: string;
  contenders(
    start: SharedStart,
    path: string,
    dtype: DType,
    threads: readonly number[],
  ): readonly Contender[];
  close(): void;
}

/** Starts PyTorch; null where no Python has it. */
export async function startTorch(): Promise<Torch | null> {
  const python = ["python3", "/usr/bin/python3"].find(hasTorch);
  if (!python) return null;
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const ask = asker(child, lines);
  const { version, core } = (await readAnswer(lines)) as { version: string; core: string };
  let nextId = 0;

  return {
    description: `PyTorch ${version}, ${core}`,
    contenders: (start, path, dtype, threads) =>
      threads.flatMap((count) =>
        methods(start, dtype).map((optimizer): Contender => {
          const id = nextId++;
          const { network } = start;
          const size = { batch: start.case.batch, outputs: outputCount(network) };
          const request = {
            id,
            optimizer,
            path,
            network,
            ...size,
            dtype,
            threads: count,
            ...ratesFor(network),
          };
          return {
            system: "pytorch",
            optimizer,
            kernels: null,
            threads: count,
            begin: async (steps) =>
              (await ask({ do: "begin", ...request, steps, limit: firstStepsMs })) as Beginning,
            async time(steps) {
              const answer = await ask({ do: "time", id, threads: count, steps });
              return (answer as { milliseconds: number }).milliseconds;
            },
            end: async () => void (await ask({ do: "end", id })),
          };
        }),
      ),
    close: () => child.stdin!.end(),
  };
}

/** A Jacobian of 2 GiB takes PyTorch about ten seconds a step; a larger one may not fit. */
const jacobianLimit = 2 ** 31;

/** Whether the Jacobian, which the Gram step by vmap forms, is too large to measure. */
export function jacobianIsTooLarge({ parameters, targets }: SharedStart, dtype: DType): boolean {
  return targets.length * parameters.length * (dtype === "float32" ? 4 : 8) > jacobianLimit;
}

function methods(start: SharedStart, dtype: DType) {
  if (!isDense(start.network)) return ["sgd"] as const;
  const firstOrder = ["sgd", "adam"] as const;
  return jacobianIsTooLarge(start, dtype) ? firstOrder : ([...firstOrder, "vmap-gram"] as const);
}

function hasTorch(python: string): boolean {
  return spawnSync(python, ["-c", "import torch"], { stdio: "ignore" }).status === 0;
}

type Lines = AsyncIterator<string>;

function asker(child: ChildProcess, lines: Lines): (request: object) => Promise<unknown> {
  return (request) => {
    child.stdin!.write(`${JSON.stringify(request)}\n`);
    return readAnswer(lines);
  };
}

async function readAnswer(lines: Lines): Promise<unknown> {
  const { value, done } = await lines.next();
  if (done) throw new Error(`step: PyTorch ended before it answered; run python3 ${script} to see why`);
  return JSON.parse(value);
}

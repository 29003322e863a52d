import { setTimeout as pause } from "node:timers/promises";
import { quantile } from "../statistics.ts";
import type { Begun } from "./agreement.ts";
import type { Contender } from "./contender.ts";

/** Milliseconds of a step. */
export interface Timing {
  readonly contender: Contender;
  readonly median: number;
  /** The 25 % and the 75 % quantile over the rounds. */
  readonly spread: readonly [number, number];
  /** Of the memory of all arrays; null where it is not known. */
  readonly bytes: number | null;
}

const mostRounds = 11;

/** In a round each contender takes as many steps as last about this long, or one. */
const roundMs = 30;

/** A contender whose rounds would last longer than this has fewer of them. */
const budgetMs = 800;

/** A contender with slower steps than this is only timed at its first steps, those that were checked. */
const slowMs = 4000;

/** After a product on several threads OpenBLAS's threads look for work for up to 2²⁶ cycles, on the cores of the next contender. */
const spinMs = 30;

interface Runner {
  readonly contender: Contender;
  readonly steps: number;
  readonly rounds: number;
  readonly bytes: number | null;
  readonly samples: number[];
}

/**
 * Times contenders in turn: in each round everyone once, so that a disturbance of the machine meets all of them. The
 * order turns by one from round to round, so that no one always follows the same other.
 */
export async function timeInRounds(begun: readonly Begun[]): Promise<readonly Timing[]> {
  const runners = begun.map(prepare);
  for (let round = 0; round < mostRounds; round++)
    for (let i = 0; i < runners.length; i++) {
      const runner = runners[(i + round) % runners.length]!;
      if (round < runner.rounds) await runRound(runner);
    }
  return runners.map(({ contender, samples, bytes }) => ({
    contender,
    bytes,
    median: quantile(samples, 0.5),
    spread: [quantile(samples, 0.25), quantile(samples, 0.75)],
  }));
}

function prepare({ contender, beginning }: Begun): Runner {
  const { milliseconds, bytes = null } = beginning;
  const fastest = Math.min(...milliseconds);
  if (fastest > slowMs) return { contender, bytes, steps: 0, rounds: 0, samples: [...milliseconds] };
  const steps = Math.max(1, Math.round(roundMs / fastest));
  const rounds = Math.min(mostRounds, Math.max(3, Math.floor(budgetMs / (steps * fastest))));
  return { contender, bytes, steps, rounds, samples: [] };
}

async function runRound({ contender, steps, samples }: Runner): Promise<void> {
  // Not counted: it brings the contender's data into the caches, and wakes what sleeps. One long step does so itself.
  if (steps > 1) await contender.time(Math.ceil(steps / 8));
  samples.push(await contender.time(steps));
  if (contender.threads > 1) await pause(spinMs);
}

import { once } from "node:events";
import pc from "picocolors";
import { printable } from "./plain-text.ts";

/**
 * Writes for people: to standard error, so that standard output carries data only. Control characters in a text, which
 * may come from a file, are not passed on.
 */
export interface Terminal {
  /** A line that stays. */
  line(text?: string, weight?: "plain" | "bold"): void;
  /** A line that the next one replaces, on a terminal; elsewhere a plain line now and then. */
  progress(text: () => string): void;
  /** Removes the line that the next one would replace. */
  clear(): void;
}

/** Time between plain lines of progress where nothing can be replaced. */
const plainIntervalMs = 2000;

/** Time between redraws on a terminal. */
const redrawIntervalMs = 80;

const clearLine = "\r\u001b[2K";

/** Opens standard error. CI and NO_COLOR in the environment turn everything off that a log could not show. */
export function openTerminal(): Terminal {
  const { stderr, env } = process;
  const isLive = stderr.isTTY === true && !env.CI && env.TERM !== "dumb";
  const { bold } = pc.createColors(isLive && !env.NO_COLOR);
  let last = performance.now() - (isLive ? redrawIntervalMs : 0);
  let isOpen = false;
  const clear = () => {
    if (isOpen) stderr.write(clearLine);
    isOpen = false;
  };
  return {
    clear,
    line(text = "", weight = "plain") {
      const safe = printable(text);
      clear();
      stderr.write(`${weight === "bold" ? bold(safe) : safe}\n`);
    },
    progress(text) {
      const now = performance.now();
      if (now - last < (isLive ? redrawIntervalMs : plainIntervalMs)) return;
      last = now;
      stderr.write(isLive ? `${clearLine}${text().slice(0, (stderr.columns ?? 80) - 1)}` : `${text()}\n`);
      isOpen = isLive;
    },
  };
}

/** Says nothing. */
export const silentTerminal: Terminal = {
  line: () => {},
  progress: () => {},
  clear: () => {},
};

/** Writes data to standard output; waits until it has gone where the reader is slower. */
export async function writeOutput(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}

/** Writes a line of JSON to standard output. Numbers that are not finite become null. */
export function writeJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

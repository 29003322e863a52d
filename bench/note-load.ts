import { loadavg } from "node:os";

/** Processes that want to run, above which timings are not worth much. */
const busyLoad = 0.5;

/** Warns where other work uses the machine: ratios of interleaved runs suffer little, milliseconds much. */
export function noteLoad(note: (text: string) => void): void {
  const load = loadavg()[0]!;
  if (load > busyLoad)
    note(`other work runs on this machine (load ${load.toFixed(1)}): times are longer than they should be`);
}

/** Says "1" where each core shows as two processors (Linux). */
const smtFile = "/sys/devices/system/cpu/smt/active";

/**
 * The number of cores that this process may use: twin processors of one core add nothing to products. Where twins
 * can't be told from cores, as in a page, the number of processors.
 */
export function physicalCores(): number {
  const os = globalThis.process?.getBuiltinModule?.("node:os");
  if (!os) return globalThis.navigator?.hardwareConcurrency || 1;
  const processors = os.availableParallelism();
  return hasTwins() ? Math.ceil(processors / 2) : processors;
}

function hasTwins(): boolean {
  try {
    return process.getBuiltinModule("node:fs").readFileSync(smtFile, "utf8").trim() === "1";
  } catch {
    return false;
  }
}

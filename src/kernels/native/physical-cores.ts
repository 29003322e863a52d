/** Says "1" where each core shows as two processors (Linux). */
const smtFile = "/sys/devices/system/cpu/smt/active";

/** The number of cores that this process may use: twin processors of one core add nothing to products. Node only. */
export function physicalCores(): number {
  const processors = process.getBuiltinModule("node:os").availableParallelism();
  return hasTwins() ? Math.ceil(processors / 2) : processors;
}

function hasTwins(): boolean {
  try {
    return process.getBuiltinModule("node:fs").readFileSync(smtFile, "utf8").trim() === "1";
  } catch {
    return false;
  }
}

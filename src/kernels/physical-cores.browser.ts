/** In place of physical-cores.ts in what pages load: the number of processors. */
export function physicalCores(): number {
  return globalThis.navigator?.hardwareConcurrency || 1;
}

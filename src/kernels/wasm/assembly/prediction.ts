// The exports that a forward pass needs, for a module that does nothing but predict.

export {
  activate32,
  activate64,
  averagePool32,
  averagePool64,
  axpy3232,
  axpy6464,
  gemm32,
  gemm64,
  maxPool32,
  maxPool64,
  normalizeGroups32,
  normalizeGroups64,
  scale32,
  scale64,
  scaleChannels32,
  scaleChannels64,
  unfold32,
  unfold64,
} from "./generated/exports";
export { setWindow } from "./window";
export { heapBase, setWorkspace, workspaceBytes } from "./workspace";

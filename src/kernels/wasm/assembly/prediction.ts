// The exports that a forward pass needs, for a module that does nothing but predict.

export {
  averagePool32,
  averagePool64,
  maxPool32,
  maxPool64,
  normalizeGroups32,
  normalizeGroups64,
  scaleChannels32,
  scaleChannels64,
  setWindow,
  unfold32,
  unfold64,
} from "./image-exports";
export {
  activate32,
  activate64,
  axpy3232,
  axpy6464,
  gemm32,
  gemm64,
  scale32,
  scale64,
} from "./index";
export { heapBase, setWorkspace, workspaceBytes } from "./workspace";

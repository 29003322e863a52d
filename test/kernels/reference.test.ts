import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { kernelContract } from "../contract/kernel-contract.ts";

kernelContract("reference", referenceKernels);

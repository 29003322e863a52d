import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { chromium, runPage } from "./run-page.ts";

const module = fileURLToPath(new URL("../../src/kernels/wasm/wasm-kernels.ts", import.meta.url));

const isolated = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/**
 * Products by one thread and by two, in turn, until the worker has taken pieces or, where none can come, as often as
 * said after the page's policy was violated (from the start, if `violation` is false).
 */
const page = (most: number, violation = false) => `
  import { wasmKernels } from ${JSON.stringify(module)};
  const n = 100;
  let refused = null;
  document.addEventListener("securitypolicyviolation", (event) => { refused = event.effectiveDirective; });
  const [one, two] = [wasmKernels(undefined, 1), wasmKernels(undefined, 2, 0)].map((kernels) => {
    const [a, c] = [kernels.allocate("float64", n * n), kernels.allocate("float64", n * n)];
    for (let i = 0; i < n * n; i++) a[i] = Math.sin(i);
    return { kernels, c, multiply: () => kernels.gemm(false, true, n, n, n, 1, a, n, a, n, -0.3, c, n) };
  });
  let products = 0;
  let same = true;
  while (products < ${most} && two.kernels.piecesByWorkers < 10) {
    one.multiply();
    two.multiply();
    if (refused || !${violation}) products++;
    same &&= one.c.every((x, i) => Object.is(x, two.c[i]));
    await new Promise((resolve) => setTimeout(resolve));
  }
  const { description, piecesByWorkers } = two.kernels;
  done({ isolated: crossOriginIsolated, same, refused, products, description, piecesByWorkers });`;

interface Answer {
  readonly error?: string;
  readonly isolated: boolean;
  readonly same: boolean;
  readonly refused: string | null;
  readonly products: number;
  readonly description: string;
  readonly piecesByWorkers: number;
}

test.skipIf(!chromium)("an isolated page has threads, with the same results", async () => {
  const answer = (await runPage(page(Number.POSITIVE_INFINITY), isolated)) as Answer;
  expect(answer.error).toBeUndefined();
  expect(answer).toMatchObject({ isolated: true, same: true });
  expect(answer.description).toMatch(/2 threads/);
  expect(answer.piecesByWorkers).toBeGreaterThan(0);
});

test.skipIf(!chromium)("a page that is not isolated works with one thread", async () => {
  const answer = (await runPage(page(20))) as Answer;
  expect(answer.error).toBeUndefined();
  expect(answer).toMatchObject({ isolated: false, same: true, products: 20, piecesByWorkers: 0 });
  expect(answer.description).not.toMatch(/threads/);
});

test.skipIf(!chromium)("a page whose policy forbids workers works with one thread", async () => {
  const policy = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'";
  const answer = (await runPage(page(20, true), {
    ...isolated,
    "content-security-policy": policy,
  })) as Answer;
  expect(answer.error).toBeUndefined();
  expect(answer).toMatchObject({ isolated: true, same: true, products: 20, piecesByWorkers: 0 });
  expect(answer.refused).toBe("worker-src");
});

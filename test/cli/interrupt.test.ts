import { describe, expect, test } from "vitest";
import { listenForInterrupt } from "../../src/cli/table-command.ts";

describe("listenForInterrupt", () => {
  test("aborts at the first signal and leaves the second to the system", () => {
    const before = process.listenerCount("SIGINT");
    let calls = 0;
    const { signal } = listenForInterrupt(() => calls++);
    expect(process.listenerCount("SIGINT")).toBe(before + 1);
    process.emit("SIGINT");
    expect(signal.aborted).toBe(true);
    expect(calls).toBe(1);
    expect(process.listenerCount("SIGINT")).toBe(before);
    expect(process.listenerCount("SIGTERM")).toBe(process.listenerCount("SIGTERM"));
  });

  test("is gone after dispose", () => {
    const before = process.listenerCount("SIGTERM");
    const { dispose, signal } = listenForInterrupt(() => {});
    dispose();
    expect(process.listenerCount("SIGTERM")).toBe(before);
    expect(signal.aborted).toBe(false);
  });
});

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
    // A process for each file would load the library again a hundred times, half of the processors' time; no file may
    // leave anything behind that another could see.
    isolate: false,
    execArgv: ["--expose-gc"],
  },
});

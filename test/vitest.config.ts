import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: more workers would only make the tests with real servers wait for one another.
    maxWorkers: 2,
    pool: "forks",
    // Loading the modules anew for each file takes longer than most files do.
    isolate: false
  }
})

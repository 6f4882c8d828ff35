import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/**
 * The longest files, longest first, some 30 to 150 s each. The explorer gains twice: in a process that has run nothing else it is faster by a third, since
 * what it calls was not called in other ways before.
 */
const longest = [
  "test/testing/explorer.test.ts",
  "test/testing/published-package.test.ts",
  "test/bench/bench-command.test.ts",
  "test/service/commands.test.ts",
  "test/service/signals.test.ts",
  "test/chaos/chaos.test.ts",
  "test/service/demo.test.ts",
  "test/simulator/desk.test.ts",
  "test/chaos/rush.test.ts"
]

/** So that no worker is left alone with one of them at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex((name) => moduleId.endsWith(name))
      return found < 0 ? longest.length : found
    }
    return (await super.sort(files)).sort((one, other) => place(one) - place(other))
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: more workers would only make the tests with real servers wait for one another.
    maxWorkers: 2,
    pool: "forks",
    // Loading the modules anew for each file takes longer than most files do.
    isolate: false,
    sequence: { sequencer: LongestFirst }
  }
})

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { numbersIn, rangesOf } from "../../src/testing/deed-numbers.ts"
import { report } from "../../src/testing/simulation-report.ts"
import type { SimulationOptions } from "../../src/testing/simulation-result.ts"
import { runSimulation } from "../../src/testing/simulation-run.ts"
import { storyOfSteps } from "../../src/testing/story.ts"

const ascending = (numbers: ReadonlyArray<number>) => [...new Set(numbers)].toSorted((a, b) => a - b)

describe("numbers of deeds", () => {
  it.each([
    [[7], "7"],
    [[7, 8], "7-8"],
    [[1, 2, 3, 5, 8, 9, 11], "1-3,5,8-9,11"]
  ] as const)("are written in ranges: %j", (numbers, written) => {
    assert.strictEqual(rangesOf(numbers), written)
  })

  it.prop(
    "come back as they were written",
    [Schema.NonEmptyArray(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 60 })))],
    ([numbers]) => {
      const written = rangesOf(ascending(numbers))
      assert.deepStrictEqual([...(numbersIn(written) ?? [])], ascending(numbers))
    }
  )

  it("may come in any order, and twice", () => {
    assert.deepStrictEqual(numbersIn("19,23-25,1-2,2"), new Set([19, 23, 24, 25, 1, 2]))
  })

  it.each(["", "1,", "-1", "1-", "3-1", "1--3", "1-2-3", "a", "1 2", "0-999999999"])(
    "are none: %j",
    (words) => {
      assert.isUndefined(numbersIn(words))
    }
  )

  it("are printed of all deeds that break a guarantee, though only the last of them are told", () => {
    const options: SimulationOptions = { seed: 7, users: 40, servers: 3, faults: [] }
    const deeds = [...storyOfSteps(options, 300)].filter(({ number }) => number !== 100)
    const { result } = runSimulation(options, { steps: 1 })
    const lines = report(options, { result, failure: { deeds, violations: [], tried: 1 } })
    assert.include(lines, "  (the last 200 of them)")
    const printed = lines.at(-1)?.split(" --only ").at(-1)
    assert.strictEqual(printed, "0-99,101-299")
  })
})

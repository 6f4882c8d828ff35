import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { RecentKeys } from "../../src/chat/recent-keys.ts"

/** Small, so that keys are forgotten and share their places all the time. */
const most = 8
const Key = Schema.Natural.check(Schema.isLessThan(3 * most))

describe("the keys that came last", () => {
  it.prop("are those of a list that is cut to its length", { numbers: Schema.Array(Key) }, ({ numbers }) => {
    const keys = new RecentKeys(most)
    let list: ReadonlyArray<number> = []
    // Some more than a short array has, so that the oldest are forgotten several times.
    for (const number of [...numbers, ...numbers.map((one) => (7 * one) % (3 * most)), ...numbers]) {
      const isNew = !list.includes(number)
      if (isNew) list = [...list, number].slice(-most)
      assert.strictEqual(keys.add(`key ${number}`), isNew)
    }
  })
})

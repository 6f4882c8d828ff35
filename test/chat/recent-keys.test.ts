import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { RecentKeys } from "../../src/chat/recent-keys.ts"

/** So many keys in a row that the oldest are forgotten several times. */
const rounds = 5

describe("the keys that came last", () => {
  // Few, so that they share their places all the time; and as many as the ring has to grow for.
  for (const most of [8, 256]) {
    const Numbers = Schema.NonEmptyArray(Schema.Natural.check(Schema.isLessThan(3 * most)))
    it.prop(
      `are those of a list that is cut to its length (${most})`,
      { numbers: Numbers },
      ({ numbers }) => {
        const keys = new RecentKeys(most)
        let list: ReadonlyArray<number> = []
        for (let turn = 0; turn < rounds * most; turn += 1) {
          const number = ((numbers[turn % numbers.length] ?? 0) * (turn + 1)) % (3 * most)
          const isNew = !list.includes(number)
          if (isNew) list = [...list, number].slice(-most)
          assert.strictEqual(keys.add(`key ${number}`), isNew)
        }
      }
    )
  }
})

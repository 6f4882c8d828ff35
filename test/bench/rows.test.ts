import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { median, percentile, row, table } from "../../src/bench/rows.ts"

const values = Arbitrary.array(Arbitrary.schema(Schema.Int), { minLength: 1, maxLength: 40 })

describe("rows", () => {
  it.prop("as many values lie below the median as above it", [values], ([some]) => {
    const middle = median(some)
    const below = some.filter((value) => value < middle).length
    const above = some.filter((value) => value > middle).length
    assert.isAtMost(below, some.length / 2)
    assert.isAtMost(above, some.length / 2)
  })

  it.prop(
    "a percentile is one of the values, and the smallest that covers its share",
    [values, Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 })))],
    ([some, percent]) => {
      const share = percent / 100
      const found = percentile(some, share)
      assert.include(some, found)
      assert.isAtLeast(some.filter((value) => value <= found).length, share * some.length - 1e-9)
      const smaller = some.filter((value) => value < found).length
      assert.isBelow(smaller, share * some.length)
    }
  )

  it("a row divides ours by the peer's, to three digits", () => {
    assert.deepStrictEqual(row("pairs made", "pairs/s", 12_345.6, { name: "Redis", value: 10_000 }), {
      name: "pairs made",
      ours: 12_346,
      unit: "pairs/s",
      peer: 10_000,
      peerName: "Redis",
      ratio: 1.23
    })
  })

  it("a table has a line for each row, with the numbers one above the other", () => {
    const lines = table([
      row("short", "ms", 1, { name: "Redis", value: 2 }),
      row("a longer name", "bytes", 1_234_567, { name: "Redis", value: 1 })
    ]).split("\n")
    assert.lengthOf(lines, 3)
    assert.match(lines[2] ?? "", /^a longer name +1,234,567 +1 +1,234,567 x {2}bytes {2}Redis$/)
    assert.strictEqual((lines[1] ?? "").indexOf(" x "), (lines[2] ?? "").indexOf(" x "))
  })
})

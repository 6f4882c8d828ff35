import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { isHeldIn, readEntry } from "../../src/core/timetable-entry.ts"

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
const parity = Schema.Literals(["", "单", "双"])

/** How schools and people write one and the same period. */
const dresses: ReadonlyArray<(weeks: string, parity: string, periods: string) => string> = [
  (weeks, mark, periods) => `[${weeks}${mark}周]${periods}节`,
  (weeks, mark, periods) => `［${weeks}周］${periods}节${mark === "" ? "" : `（${mark}）`}`,
  (weeks, mark, periods) => `【${weeks}周${mark === "" ? "" : `（${mark}）`}】第${periods}节`,
  (weeks, mark, periods) => `第${weeks}周(${mark}) ${periods.replace("-", "－")}节`,
  (weeks, mark, periods) => `(${weeks.replaceAll("-", "~")}${mark}周) ${periods}节`,
  (weeks, mark, periods) => `[${weeks.replaceAll(",", "、")}周]${mark}${periods}节`,
  (weeks, mark, periods) => `[${wide(weeks)}${mark}周]${wide(periods)}节`
]
const wide = (text: string) =>
  text.replaceAll(/[\d,]/gu, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0xfee0))

const entry = (period: string, place = "教一-101") =>
  ({ weekday: 2, course: "高等数学", period, place }) as const

describe("an entry of a timetable", () => {
  it.prop(
    "means the same in every dress",
    [
      between(1, 10),
      between(0, 8),
      between(12, 20),
      between(1, 13),
      between(0, 4),
      parity,
      between(0, dresses.length - 1)
    ],
    ([first, length, last, from, more, mark, dress]) => {
      const to = Math.min(13, from + more)
      const weeks = `${first}-${first + length},${last}`
      const periods = from === to ? String(from) : `${from}-${to}`
      const written = dresses[dress]?.(first + length >= last ? String(first) : weeks, mark, periods) ?? ""
      const [lesson, ...others] = readEntry(entry(written))
      assert.isEmpty(others, written)
      assert.deepStrictEqual(lesson?.periods, { from, to }, written)
      for (let week = 1; week <= 24; week += 1) {
        const inWeeks =
          first + length >= last ? week === first : (week >= first && week <= first + length) || week === last
        const inParity = mark === "" || (week % 2 === 1) === (mark === "单")
        assert.strictEqual(
          lesson !== undefined && isHeldIn(lesson, week),
          inWeeks && inParity,
          `${written}, week ${week}`
        )
      }
    }
  )

  it.prop("is never dropped, whatever is written", [Schema.String, Schema.String], ([period, place]) => {
    const lessons = readEntry(entry(period, place))
    assert.isNotEmpty(lessons)
    for (const lesson of lessons) {
      assert.strictEqual(lesson.course, "高等数学")
      assert.strictEqual(lesson.written, period)
    }
  })

  it.each([
    ["(单)教一-101", 1],
    ["（双）教一-101", 0],
    ["(单周) 教一-101", 1]
  ] as const)("%s holds the weeks in its place", (place, odd) => {
    const [lesson] = readEntry(entry("[1-16周]3-4节", place))
    assert.strictEqual(lesson?.place, "教一-101")
    assert.strictEqual(lesson !== undefined && isHeldIn(lesson, 3), odd === 1)
    assert.strictEqual(lesson !== undefined && isHeldIn(lesson, 4), odd === 0)
  })

  it("a building that is called 单 or 双 is no mark", () => {
    assert.isUndefined(readEntry(entry("[1-16周]3-4节", "双桥楼 单 101"))[0]?.parity)
  })

  it.each([
    "",
    "周三晚上",
    "[1-16周]",
    "待定",
    "[16-1周]3-4节",
    "[1-16周]4-3节",
    "[1-16周]13-14节",
    "[1-99周]1节",
    "0节"
  ])("%j has no time that can be read, and stays as it is written", (period) => {
    const lessons = readEntry(entry(period))
    assert.lengthOf(lessons, 1)
    assert.isUndefined(lessons[0]?.periods)
    assert.strictEqual(lessons[0]?.written, period)
  })

  it("a single period, and several groups", () => {
    assert.deepStrictEqual(readEntry(entry("[1-16周]5节"))[0]?.periods, { from: 5, to: 5 })
    assert.deepStrictEqual(
      readEntry(entry("[1-16周]1-2,6-7节")).map(({ periods }) => periods),
      [
        { from: 1, to: 2 },
        { from: 6, to: 7 }
      ]
    )
  })
})

import { assert, describe, it } from "@effect/vitest"
import type { CampusAnswer } from "../../src/core/campus-answer.ts"
import { wordCampus } from "../../src/core/campus-wording.ts"
import { byBuilding, roomQuestions } from "../../src/core/free-rooms.ts"
import { campusAnswers, today } from "./campus-answers.ts"

const ofKind = <Tag extends CampusAnswer["_tag"]>(tag: Tag) =>
  campusAnswers.filter((answer) => answer._tag === tag).map(wordCampus)

describe("what the school says, in words", () => {
  it("today's classes have their times and places, in order; what has no time stands below", () => {
    const [words = ""] = ofKind("Today")
    assert.match(words, /^今天 11月24日 星期二 · 第12周\n09:50–11:25 高等数学\n.*教一-101.*第3–4节/u)
    assert.match(words, /时间没有写清的：\n· 军训 \[1-16周\] 操场/u)
  })

  it("a day without classes says why", () => {
    const [, term, before, after] = ofKind("Today")
    assert.include(term ?? "", "今天没有课")
    assert.include(before ?? "", "第1周从3月4日 星期四开始")
    assert.include(after ?? "", "上完了")
  })

  it("the next class comes with day, time, place and how long until it begins", () => {
    const told = ofKind("NextClass").slice(4)
    const days = ["今天 11月24日 星期二", "明天 11月25日 星期三", "11月29日 星期日"]
    const until = ["1 小时 20 分钟", "1 天 1 小时", "5 天 1 小时"]
    for (const [index, words] of told.entries())
      for (const part of [days[index], until[index], "09:50–11:25", "教一-101", "高等数学"])
        assert.include(words, part ?? "?")
  })

  it("older data has its time, and its date when that is not today", () => {
    assert.deepStrictEqual(ofKind("AsOf"), ["数据更新于 10:32", "数据更新于 11月23日 10:32"])
  })

  it("books stand soonest first; overdue ones are marked", () => {
    const book = (title: string, dueDate: string) => ({
      title,
      dueDate,
      barcode: title,
      author: "",
      place: "",
      renewable: false
    })
    const books = [
      book("丙", "2026-12-01"),
      book("丁", "no date"),
      book("甲", "2026-11-21"),
      book("乙", "2026/11/24")
    ]
    const words = wordCampus({ _tag: "Books", today, books, renewLink: "https://example.org/books" })
    assert.match(
      words,
      /【逾期 3 天】11月21日 《甲》\n【今天到期】.*《乙》\n12月1日 星期二（还有 7 天） 《丙》\nno date 《丁》$/u
    )
    assert.notInclude(words, "续借")
  })

  it("the newest notices stand first, each once, as links that cannot be broken out of", () => {
    const notice = (title: string, date: string, href = `http://jwc.example.edu/${title}`) => ({
      section: "",
      title,
      date,
      href
    })
    const notices = [
      notice("旧", "2026-01-02"),
      notice("新", "2026-11-23"),
      notice("新", "2026-11-23"),
      notice("<b>", "2026-11-22", 'http://x/"><script>'),
      notice("无", "2026-11-01", "javascript:alert(1)")
    ]
    const lines = wordCampus({ _tag: "Notices", notices }).split("\n").slice(1)
    assert.deepStrictEqual(lines, [
      '11月23日 <a href="http://jwc.example.edu/新">新</a>',
      '11月22日 <a href="http://x/%22%3E%3Cscript%3E"> b </a>',
      "11月1日 无",
      '1月2日 <a href="http://jwc.example.edu/旧">旧</a>'
    ])
  })
})

describe("free rooms", () => {
  it.each([
    [
      0,
      [
        [1, 2, false],
        [3, 5, false]
      ]
    ],
    [
      480,
      [
        [1, 2, true],
        [3, 5, false]
      ]
    ],
    [
      585,
      [
        [3, 5, false],
        [6, 7, false]
      ]
    ],
    [
      640,
      [
        [4, 5, true],
        [6, 7, false]
      ]
    ],
    [1254, [[13, 13, true]]],
    [1255, [[1, 2, false]]]
  ] as const)("at minute %i of the day", (minute, expected) => {
    const questions = roomQuestions({ day: today, minute })
    assert.deepStrictEqual(
      questions.map(({ periods, isNow }) => [periods.from, periods.to, isNow]),
      expected.map((one) => [...one])
    )
    assert.strictEqual(questions[0]?.day, minute === 1255 ? today + 1 : today)
  })

  it.each([
    ["教一", "教二", "教三", "教七", "教十", "教十一", "教二十"],
    ["第一教学楼", "第二教学楼", "第三教学楼", "第十二教学楼"],
    ["九龙湖教一", "九龙湖教二", "九龙湖教三", "四牌楼"]
  ])("buildings stand in the order in which people count: %s", (...names) => {
    const rooms = names.toReversed().map((name) => `${name}-101`)
    assert.deepStrictEqual(
      byBuilding(rooms).map(({ name }) => name),
      names
    )
  })

  it("stand by building", () => {
    assert.deepStrictEqual(
      byBuilding(["教一-203", "教一-101", "J8-12", "教一-101", "礼堂", "九龙湖教四 302A"]),
      [
        { name: "J8", rooms: ["12"] },
        { name: "教一", rooms: ["101", "203"] },
        { name: "九龙湖教四", rooms: ["302A"] },
        { name: "", rooms: ["礼堂"] }
      ].toSorted((one, other) => new Intl.Collator("zh-CN", { numeric: true }).compare(one.name, other.name))
    )
  })
})

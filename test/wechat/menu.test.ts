import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { buttons } from "../../src/core/button.ts"
import { type Menu, menuDifferences, menuFromAnswer, menuProblems, ourMenu } from "../../src/wechat/menu.ts"

const click = (name: string, key = name) => ({ type: "click", name, key })
const one = (leaf: Menu["button"][number]): Menu => ({ button: [leaf] })

describe("ourMenu", () => {
  it("keeps every limit, and each sub-button clicks with its label as key", () => {
    assert.deepStrictEqual(menuProblems(ourMenu), [])
    const subs = ourMenu.button.flatMap((top) => top.sub_button ?? [])
    assert.deepStrictEqual(
      subs,
      buttons.map((label) => click(label))
    )
  })

  it("does not differ from itself as WeChat gives it back", () => {
    const live = {
      menu: {
        button: ourMenu.button.map((top) => ({
          name: top.name,
          sub_button: (top.sub_button ?? []).map((sub) => ({ ...sub, sub_button: [] }))
        }))
      }
    }
    const menu = Option.getOrThrow(menuFromAnswer(live))
    assert.deepStrictEqual(menuDifferences(ourMenu, menu), [])
  })
})

describe("menuProblems", () => {
  const cases: ReadonlyArray<readonly [string, Menu, number]> = [
    ["no button", { button: [] }, 1],
    ["four at the top", { button: ["a", "b", "c", "d"].map((name) => click(name)) }, 1],
    [
      "six below",
      one({ name: "a", sub_button: ["a", "b", "c", "d", "e", "f"].map((name) => click(name)) }),
      1
    ],
    ["none below", one({ name: "a", sub_button: [] }), 1],
    ["a type and sub-buttons", one({ ...click("a"), sub_button: [click("b")] }), 1],
    ["17 bytes at the top", one(click("a".repeat(17), "k")), 1],
    ["6 characters of 3 bytes at the top", one(click("课".repeat(6), "k")), 1],
    ["16 bytes at the top", one(click("a".repeat(16), "k")), 0],
    ["61 bytes below", one({ name: "a", sub_button: [click("a".repeat(61), "k")] }), 1],
    ["60 bytes below", one({ name: "a", sub_button: [click("课".repeat(20), "k")] }), 0],
    ["an empty name", one(click("", "k")), 1],
    ["a key of 129 bytes", one(click("a", "k".repeat(129))), 1],
    ["a key of 128 bytes", one(click("a", "k".repeat(128))), 0],
    ["no key", one({ type: "click", name: "a" }), 1],
    ["an url of 1025 bytes", one({ type: "view", name: "a", url: "u".repeat(1025) }), 1],
    ["an url of 1024 bytes", one({ type: "view", name: "a", url: "u".repeat(1024) }), 0],
    ["an unknown type", one({ type: "dance", name: "a", key: "k" }), 1]
  ]
  it.each(cases)("%s", (_name, menu, count) =>
    assert.strictEqual(menuProblems(menu).length, count, menuProblems(menu).join("; "))
  )
})

describe("menuDifferences", () => {
  it("says in lines what is missing, what is not ours and what moved", () => {
    const ours: Menu = {
      button: [{ name: "课表", sub_button: [click("下节课"), click("今天课表")] }, click("关于")]
    }
    const live: Menu = {
      button: [{ name: "课表", sub_button: [click("下节课", "old"), click("今天课表")] }, click("关于")]
    }
    assert.deepStrictEqual(menuDifferences(ours, live), [
      "missing: 课表 · 下节课 (click 下节课)",
      "not ours: 课表 · 下节课 (click old)"
    ])
    const turned: Menu = { button: ours.button.toReversed() }
    assert.deepStrictEqual(menuDifferences(ours, turned), ["the same buttons in another order"])
    assert.deepStrictEqual(menuDifferences(ours, { button: [] }).length, 3)
  })

  it("sees a button that occurs twice", () => {
    assert.notStrictEqual(menuDifferences(one(click("a")), { button: [click("a"), click("a")] }).length, 0)
  })
})

describe("menuFromAnswer", () => {
  it("takes WeChat's answer and nothing else", () => {
    for (const answer of [undefined, null, 1, "menu", {}, { menu: {} }, { menu: { button: [{}] } }]) {
      assert.isTrue(Option.isNone(menuFromAnswer(answer)))
    }
  })
})

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { buttons, isButton, isCampusButton, menuLayout } from "../../src/core/button.ts"
import { intentOf, words } from "../../src/core/intent.ts"
import { typed } from "../../src/testing/arbitraries.ts"

describe("what a text asks for", () => {
  it.prop(
    "a button's name in any dress is the button",
    [Schema.Literals(buttons), Schema.Literals(["", " ", "\n", "\u3000"])],
    ([button, space]) => {
      assert.deepStrictEqual(intentOf(space + button + space), { _tag: "Button", button, marked: false })
      for (const mark of ["#", "＃"]) {
        assert.deepStrictEqual(intentOf(`${space}${mark}${space}${button}${space}`), {
          _tag: "Button",
          button,
          marked: true
        })
      }
    }
  )

  it.prop(
    "anything but the very word is plain",
    [Schema.Literals([...buttons, ...Object.values(words)]), Schema.Literals(["。", "了", "x", "#", "0"])],
    ([command, more]) => {
      assert.strictEqual(intentOf(command + more)._tag, "Plain")
      assert.strictEqual(intentOf(more === "#" ? `##${command}` : more + command)._tag, "Plain")
    }
  )

  it.each([
    ["空闲教室 3-4", 3, 4],
    ["#空闲教室3-4", 3, 4],
    ["空闲教室　３－４节", 3, 4],
    ["空闲教室 第5节", 5, 5],
    ["空闲教室 12～13", 12, 13],
    ["空闲教室 4到3", 3, 4]
  ] as const)("%s names periods", (text, from, to) => {
    assert.deepInclude(intentOf(text), { _tag: "Button", button: "空闲教室", periods: { from, to } })
  })

  it.each(["空闲教室 0", "空闲教室 3-", "空闲教室 三", "空闲教室 3-4-5", "空闲教室 100"])(
    "%s is plain",
    (text) => {
      assert.strictEqual(intentOf(text)._tag, "Plain")
    }
  )

  it.prop("any text is read, and marked by how it begins", [typed], ([text]) => {
    const intent = intentOf(text)
    assert.strictEqual(intent.marked, /^\s*[#＃]/u.test(text))
  })

  it("the menu is that of the contract", () => {
    assert.deepStrictEqual(
      menuLayout.map((top) => [top.name, ...top.buttons]),
      [
        ["课表", "更新课表", "明天课表", "今天课表", "下节课"],
        ["小工具", "更新绑定信息", "教务信息", "空闲教室", "图书馆借书信息", "跑操次数"],
        ["更多", "配对", "状态", "更换", "退出", "关于"]
      ]
    )
    assert.isTrue(buttons.every(isButton))
    assert.deepStrictEqual(
      buttons.filter((button) => !isCampusButton(button)),
      [...menuLayout[2].buttons]
    )
    assert.isFalse(isButton("课表"))
  })
})

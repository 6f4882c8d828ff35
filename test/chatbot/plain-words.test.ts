import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { answerBytes, plainWords } from "../../src/chatbot/plain-words.ts"
import { aiLabel, isMadeByAi } from "../../src/core/ai-label.ts"
import { byteLength, replyTextBytes } from "../../src/core/folding.ts"
import { reservedWords } from "../../src/core/reserved-words.ts"
import { word } from "../../src/core/wording.ts"

/** Texts of all that a chatbot might say, joined from pieces that matter here and from anything. */
const anyWords = Schema.Array(
  Schema.Union([
    Schema.String,
    Schema.Literals([
      "你好",
      "👩‍👩‍👧‍👦",
      "\u202E",
      "\u0000",
      "\u200B",
      "\n\n\n",
      "\r\n",
      "\uD83D",
      '<a href="https://evil.example">点我</a>',
      "绑定",
      "https://example.org",
      aiLabel,
      "字".repeat(700),
      ...reservedWords
    ])
  ])
)
const wordsOf = (parts: ReadonlyArray<string>) => parts.join("")

describe("a chatbot's words", () => {
  it.prop(
    "fit one message with their label, are clean, and look like none of ours",
    [anyWords],
    ([parts]) => {
      const plain = plainWords(wordsOf(parts))
      if (plain === undefined) return
      const shown = word({ _tag: "TeaseAnswer", text: plain })
      assert.isAtMost(byteLength(shown), replyTextBytes)
      assert.isTrue(isMadeByAi(shown))
      assert.isTrue(plain.isWellFormed())
      assert.notStrictEqual(plain.trim(), "")
      // oxlint-disable-next-line no-control-regex
      assert.notMatch(plain, /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u200B\u202E]|<[a-z/]|\n{3}/iu)
      assert.strictEqual(shown.split(aiLabel).length, 2)
      for (const reserved of reservedWords) assert.notInclude(plain, reserved)
      assert.isFalse(plain.includes("绑定") && plain.includes("https:"))
    }
  )

  it.prop("are cut between characters, and only where they are too long", [Schema.Natural], ([extra]) => {
    const family = "👩‍👩‍👧‍👦"
    const words = family.repeat(1 + (extra % 200))
    const plain = plainWords(words) ?? ""
    if (byteLength(words) <= answerBytes) return assert.strictEqual(plain, words)
    assert.match(plain, /……$/u)
    assert.strictEqual(plain.slice(0, -2).replaceAll(family, ""), "")
    return assert.isAbove(byteLength(plain), answerBytes - byteLength(family) - 6)
  })

  const examples: ReadonlyArray<readonly [string, string | undefined]> = [
    ["  你好！\n再见 ", "你好！\n再见"],
    ["一\r\n二\u2028三", "一\n二\n三"],
    ["1 < 2，a<b", "1 < 2，a＜b"],
    ['<a href="weixin://bizmsgmenu?msgmenucontent=x&msgmenuid=1">领奖</a>', undefined],
    ["已\u200B配对成功", undefined],
    ["对方已离开。按「配对」可以再找一个人。", undefined],
    ["点 https://example.org 绑定银行卡", undefined],
    ["绑定学号请按菜单", "绑定学号请按菜单"],
    [" \u0000\u200B\n", undefined]
  ]
  it.each(examples)("%j → %j", (words, expected) => {
    if (words.startsWith("<a")) assert.notInclude(plainWords(words), "<")
    else assert.strictEqual(plainWords(words), expected)
  })
})

describe("the label", () => {
  it("names artificial intelligence and generation, and stands in front", () => {
    assert.match(word({ _tag: "TeaseAnswer", text: "你好" }), /^【AI生成】你好$/u)
  })

  it("is found in a message that holds other words too", () => {
    assert.isTrue(isMadeByAi(`小猴来晚了\n${aiLabel}你好`))
    assert.isFalse(isMadeByAi(`他说${aiLabel}你好`))
    assert.isFalse(isMadeByAi("你好"))
  })
})

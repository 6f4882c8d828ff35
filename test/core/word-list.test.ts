import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { makeWordList } from "../../src/core/word-list.ts"

describe("a word list", () => {
  it.prop(
    "finds each of its words anywhere in a text, and nothing with an empty list",
    [Schema.Array(Schema.String), Schema.String, Schema.String],
    ([words, before, after]) => {
      const holds = makeWordList(words)
      for (const word of words) {
        if (/[a-z0-9]/iu.test(word)) assert.isTrue(holds(`${before} ${word} ${after}`), word)
      }
      assert.isFalse(makeWordList([])(before))
    }
  )

  it.prop(
    "says of letters and digits what a search of each word says",
    [
      Schema.Array(Schema.String.check(Schema.isPattern(/^[ab1]{1,4}$/u))),
      Schema.String.check(Schema.isPattern(/^[ab1c]{0,12}$/u))
    ],
    ([words, text]) => {
      assert.strictEqual(
        makeWordList(words)(text),
        words.some((word) => text.includes(word))
      )
    }
  )

  it.each(["加微信", "加 微-信 吧", "加\u200b微信", "ＡＢＣ", "a.b.c", "aBc"])("%s is found", (text) => {
    assert.isTrue(makeWordList(["微信", "abc"])(text))
  })

  it.each(["微 笑，信", "ab", "", "。"])("%s is not", (text) => {
    assert.isFalse(makeWordList(["微信", "abc", "，"])(text))
  })
})

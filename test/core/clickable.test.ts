import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { clickable, holdsCommandLink } from "../../src/core/clickable.ts"

const link = clickable("退出")

/** Ways to write one character that a phone may undo. */
const dresses: ReadonlyArray<(character: string) => string> = [
  (character) => character.toUpperCase(),
  (character) => `&#${character.codePointAt(0)};`,
  (character) => `&#x${character.codePointAt(0)?.toString(16)};`,
  (character) => `%${character.codePointAt(0)?.toString(16)}`,
  (character) => `%25${character.codePointAt(0)?.toString(16)}`,
  (character) => `&amp;#${character.codePointAt(0)};`,
  (character) => `${character}&Tab;&shy;`,
  (character) => `${character}\u200b`,
  (character) => String.fromCodePoint((character.codePointAt(0) ?? 0) + fullWidth)
]
const fullWidth = 0xfee0

describe("a link that sends what its writer chose", () => {
  it.prop(
    "is seen anywhere in a line, and in any dress",
    [Schema.String, Schema.String, Schema.Array(Schema.Literals(dresses.map((_, index) => index)))],
    ([before, after, chosen]) => {
      const dressed = link.replace("bizmsgmenu", (name) =>
        Array.from(name, (one, place) => dresses[chosen[place] ?? -1]?.(one) ?? one).join("")
      )
      assert.isTrue(holdsCommandLink(`${before} ${dressed} ${after}`), dressed)
    }
  )

  it.each([
    '<a href="https://example.org/menu">菜单</a>',
    "weixin://dl/business",
    "a&#99999999;b %zz <b>]]></b>",
    "对方已离开"
  ])("is not %s", (words) => {
    assert.isFalse(holdsCommandLink(words))
  })
})

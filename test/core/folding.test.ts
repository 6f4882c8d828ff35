import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { text } from "../../src/core/content.ts"
import { Openid } from "../../src/core/openid.ts"
import {
  byteLength,
  carriable,
  composeReply,
  fold,
  halved,
  Kept,
  replyTextBytes,
  split,
  textLimitBytes
} from "../../src/core/folding.ts"

/** Letters of one to four bytes, and characters made of several code points. */
const character = Schema.Literals(["a", "é", "猴", "🐒", "👩‍👩‍👧", "e\u0301", " ", "\n", "\u0000"])
const words = Arbitrary.map(
  Arbitrary.all([
    Arbitrary.array(Arbitrary.schema(character)),
    Arbitrary.schema(Schema.Literals([1, 7, 300]))
  ]),
  ([characters, times]) => characters.join("").repeat(times)
)
const limit = Schema.Literals([4, 5, 18, 30, 100, textLimitBytes])
const whole = new Intl.Segmenter("und", { granularity: "grapheme" })

const group = Schema.Literals(["one", "two"])
const partner = Openid.make("oPartner")
const keptText = Arbitrary.map(
  Arbitrary.all([words, Arbitrary.schema(group), Arbitrary.schema(Schema.Boolean)]),
  ([some, group, isOurs]): Kept => ({
    content: text(some === "" ? "x" : some),
    group,
    ...(isOurs ? {} : { from: partner })
  })
)
const keptThing = Arbitrary.flatMap(Arbitrary.schema(Schema.Boolean), (any) =>
  any ? Arbitrary.schema(Kept) : keptText
)
const mail = Arbitrary.array(keptThing)
const manyLines = { arbitrary: { size: 60 } }

describe("long texts", () => {
  it.prop("the length is that of UTF-8", [Schema.String, words], ([any, some]) => {
    for (const one of [any.toWellFormed(), some]) assert.strictEqual(byteLength(one), Buffer.byteLength(one))
  })

  it.prop("joined parts are the text, each fits, none is empty", [words, limit], ([some, limitBytes]) => {
    const parts = split(some, limitBytes)
    assert.strictEqual(parts.join(""), some)
    for (const part of parts) assert.isAtMost(byteLength(part), limitBytes)
    if (some !== "") assert.notInclude(parts, "")
  })

  it.prop("no character is cut", [words, limit], ([some, limitBytes]) => {
    const seams = new Set<number>()
    for (const { index, segment } of whole.segment(some)) {
      seams.add(index)
      // One that is itself too long has to be cut, between code points.
      if (byteLength(segment) > limitBytes) {
        let at = index
        for (const point of segment) seams.add((at += point.length) - point.length)
      }
    }
    let at = 0
    for (const part of split(some, limitBytes).slice(0, -1)) {
      at += part.length
      assert.isTrue(seams.has(at), `cut at ${at}`)
    }
  })

  it.prop("parts are as long as they can be", [words, limit], ([some, limitBytes]) => {
    const parts = split(some, limitBytes)
    for (const [index, part] of parts.slice(0, -1).entries()) {
      const [next] = whole.segment(parts[index + 1] ?? "")
      assert.isAbove(byteLength(part + (next?.segment ?? "")), limitBytes)
    }
  })

  it("a text of 2,048 bytes goes in one message, a byte more in two; media as they are", () => {
    assert.lengthOf(carriable(text("a".repeat(2_048))), 1)
    assert.lengthOf(carriable(text("a".repeat(2_049))), 2)
    const image = { _tag: "Image", mediaId: "m" } as const
    assert.deepStrictEqual(carriable(image), [image])
  })
})

/** Of the same chat, or both our own words. */
const mayFollow = (thing: Kept, before: Kept | undefined): boolean =>
  thing.group === before?.group || (thing.from === undefined && before?.from === undefined)

describe("kept things in one message", () => {
  it.prop(
    "taken one message after the other they are all there, once, in order",
    [mail],
    ([kept]) => {
      let rest: ReadonlyArray<Kept> = kept
      const read: Array<string> = []
      for (
        let folded = fold(rest, replyTextBytes);
        folded !== undefined;
        folded = fold(rest, replyTextBytes)
      ) {
        assert.isAbove(folded.taken, 0)
        const taken = rest.slice(0, folded.taken)
        const ofPeople = taken.filter(({ from }) => from !== undefined)
        assert.isAtMost(new Set(ofPeople.map(({ group }) => group)).size, 1)
        assert.isTrue(taken.slice(1).every((thing, place) => mayFollow(thing, taken[place])))
        assert.isTrue(taken.slice(1).every(({ apart }) => apart === undefined))
        if (folded.message._tag === "Text") {
          assert.strictEqual(
            folded.message.text,
            taken.map(({ content }) => (content._tag === "Text" ? content.text : "media")).join("\n")
          )
          if (folded.taken > 1) assert.isAtMost(byteLength(folded.message.text), replyTextBytes)
        } else
          assert.deepStrictEqual(
            [folded.message],
            taken.map(({ content }) => content)
          )
        read.push(...taken.map((one) => JSON.stringify(one)))
        rest = rest.slice(folded.taken)
      }
      assert.deepStrictEqual(
        read,
        kept.map((one) => JSON.stringify(one))
      )
    },
    manyLines
  )

  it("our own words of several chats go together, and never bring the lines of two partners together", () => {
    const ours = (group: string): Kept => ({ content: text(`ours ${group}`), group })
    const line = (group: string): Kept => ({ content: text(`line ${group}`), group, from: partner })
    const kept = [line("a"), ours("a"), ours("answer"), ours("b"), line("b")]
    assert.deepStrictEqual(fold(kept, replyTextBytes), {
      message: text("line a\nours a\nours answer\nours b"),
      taken: 4
    })
  })

  it.prop(
    "as many as fit",
    [mail],
    ([kept]) => {
      const folded = fold(kept, replyTextBytes)
      const next = folded === undefined ? undefined : kept[folded.taken]
      if (folded?.message._tag !== "Text" || next?.content._tag !== "Text") return
      if (!mayFollow(next, kept[folded.taken - 1]) || next.apart === true) return
      const people = [...kept.slice(0, folded.taken), next].filter(({ from }) => from !== undefined)
      if (new Set(people.map(({ group }) => group)).size > 1) return
      assert.isAbove(byteLength(`${folded.message.text}\n${next.content.text}`), replyTextBytes)
    },
    manyLines
  )

  it.prop(
    "a reply carries kept lines first, then our words or not at all; it fits whenever its parts do",
    [mail, Schema.Literals(["", "已退出。", "正在配对".repeat(20), "很".repeat(600), "很".repeat(700)])],
    ([kept, own]) => {
      const composed = composeReply(kept, own)
      const mayStandAlone = own !== "" && byteLength(own) <= replyTextBytes
      if (composed === undefined) return assert.isTrue(kept.length === 0 && !mayStandAlone)
      const lines = kept.slice(0, composed.taken)
      if (kept.length === 0) {
        assert.isTrue(mayStandAlone)
        return assert.deepStrictEqual(composed.message, text(own))
      }
      assert.isAbove(composed.taken, 0)
      if (composed.message._tag !== "Text") {
        assert.deepStrictEqual(composed.message, lines[0]?.content)
        assert.strictEqual(composed.ownIncluded, own === "")
        return
      }
      const said = lines.map(({ content }) => (content._tag === "Text" ? content.text : "media"))
      const ownWords = composed.ownIncluded && own !== "" ? [own] : []
      assert.strictEqual(composed.message.text, [...said, ...ownWords].join("\n"))
      if (composed.taken > 1 || ownWords.length > 0) {
        assert.isAtMost(byteLength(composed.message.text), replyTextBytes)
      }
      const first = said[0] ?? ""
      if (byteLength(`${first}\n${own}`) <= replyTextBytes) assert.isTrue(composed.ownIncluded)
    },
    manyLines
  )

  it.prop(
    "halved again and again, what was folded ends in single things, all there and in order",
    [mail],
    ([kept]) => {
      const whole = fold(kept, replyTextBytes)
      if (whole === undefined) return
      let rest: ReadonlyArray<Kept> = kept.slice(0, whole.taken)
      const words = (things: ReadonlyArray<Kept>) =>
        things.map(({ content }) => (content._tag === "Text" ? content.text : content.mediaId)).join("\u2063")
      const all = words(rest)
      for (let tries = 0; tries < 10 && (fold(rest, replyTextBytes)?.taken ?? 0) > 1; tries += 1) {
        const taken = fold(rest, replyTextBytes)?.taken ?? 0
        const smaller = halved(rest.slice(0, taken)) ?? []
        assert.lengthOf(smaller, taken)
        rest = [...smaller, ...rest.slice(taken)]
        assert.isBelow(fold(rest, replyTextBytes)?.taken ?? 0, taken)
      }
      assert.strictEqual(fold(rest, replyTextBytes)?.taken, 1)
      assert.strictEqual(words(rest), all)
    },
    manyLines
  )

  it.prop("a text alone is halved between characters until it is short", [words], ([some]) => {
    const from = Openid.make("oWriter")
    const parts = halved([{ content: text(some), group: "one", from }])
    if (byteLength(some) < 512) return assert.isUndefined(parts)
    const texts = (parts ?? []).map(({ content }) => (content._tag === "Text" ? content.text : ""))
    assert.strictEqual(texts.join(""), some)
    assert.isTrue(texts.length > 1 && texts.every((part) => byteLength(part) < byteLength(some)))
    for (const part of parts ?? []) assert.strictEqual(part.from, from)
  })

  it("a reply fits to the byte", () => {
    const own = "已退出。"
    const line = (bytes: number): Kept => ({ content: text("a".repeat(bytes)), group: "one" })
    const longest = replyTextBytes - byteLength(`\n${own}`)
    assert.isTrue(composeReply([line(longest)], own)?.ownIncluded)
    assert.isFalse(composeReply([line(longest + 1)], own)?.ownIncluded)
    assert.strictEqual(composeReply([line(longest - 2), line(1)], own)?.taken, 2)
    assert.strictEqual(composeReply([line(longest - 2), line(2)], own)?.taken, 1)
  })
})

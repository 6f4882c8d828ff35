import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { type Content, text } from "../../src/core/content.ts"
import type { Kept } from "../../src/core/folding.ts"
import { answerGroup, byteLength, replyTextBytes, split, textLimitBytes } from "../../src/core/folding.ts"
import { joined, planReply, type Said } from "../../src/core/reply-plan.ts"
import { Openid } from "../../src/core/openid.ts"
import { word } from "../../src/core/wording.ts"

const partner = Openid.make("oPartner")
const lengths = Schema.Literals([1, 30, 600, 1_700, 1_990, textLimitBytes])
const group = Schema.Literals(["one", "two"])

/** Things of partners, each unlike all others; and our own word that the chat of a group is over. */
const thing = Arbitrary.map(
  Arbitrary.all([
    Arbitrary.schema(lengths),
    Arbitrary.schema(group),
    Arbitrary.schema(Schema.Literals(["text", "text", "picture", "news"]))
  ]),
  ([length, group, kind]) => ({ length, group, kind })
)
const anyMail = Arbitrary.array(thing)
const whenFulls = Schema.Literals(["now", "news", "inTurn", "once", "passing"])
const sentence = Arbitrary.map(
  Arbitrary.all([
    Arbitrary.schema(whenFulls),
    Arbitrary.schema(Schema.Literals([5, 5, 5, 300, 1_500, 2_500]))
  ]),
  ([whenFull, length]) => ({ whenFull, length })
)
const acts = Arbitrary.array(Arbitrary.array(sentence))

const mailOf = (things: ReadonlyArray<{ length: number; group: string; kind: string }>): Array<Kept> =>
  things.map(({ length, group, kind }, place): Kept => {
    if (kind === "picture") return { content: { _tag: "Image", mediaId: `p${place}` }, group, from: partner }
    const words = `l${place}.`.padEnd(length, "x")
    return kind === "news" ? { content: text(words), group } : { content: text(words), group, from: partner }
  })

/** Of one kind all say the same, as receipts do; the others are told apart by the act. */
const saidIn = (act: number, sentences: ReadonlyArray<{ whenFull: Said["whenFull"]; length: number }>) =>
  sentences.map(({ whenFull, length }, place): Said => {
    const name = whenFull === "once" ? "once." : `${whenFull}${act}.${place}.`
    return { whenFull, words: name.padEnd(whenFull === "now" ? length : 5, "y") }
  })

const linesIn = (content: Content): ReadonlyArray<string> =>
  content._tag === "Text" ? content.text.split("\n") : [content.mediaId]
const wordsOf = ({ content }: Kept): string => (content._tag === "Text" ? content.text : content.mediaId)
const remaining = (lines: ReadonlyArray<string>): number | undefined => {
  const found = /^（还有 (\d+) 条/u.exec(lines.at(-1) ?? "")
  return found === null ? undefined : Number(found[1])
}
/** A number of three digits at the most. */
const hasRoomForNote = ({ content }: Kept): boolean =>
  content._tag === "Text" &&
  byteLength(`${content.text}\n${word({ _tag: "Remaining", lines: 100, follow: false })}`) <= replyTextBytes
const isNote = (line: string): boolean => line.startsWith("（还有")
const manyActs = { arbitrary: { size: 20 } }

/** An account that may not push, read to its end: what each act was answered, and what waited then. */
const readAll = (
  things: ReadonlyArray<{ length: number; group: string; kind: string }>,
  all: ReadonlyArray<ReadonlyArray<Said>>
) => readFrom(mailOf(things), all)

const readFrom = (mail: ReadonlyArray<Kept>, all: ReadonlyArray<ReadonlyArray<Said>>) => {
  let waiting = mail
  const replies: Array<{
    said: ReadonlyArray<Said>
    before: ReadonlyArray<Kept>
    content: Content
    after: ReadonlyArray<Kept>
  }> = []
  const nothingMore = Array.from({ length: 200 }, (): ReadonlyArray<Said> => [])
  for (const said of [...all, ...nothingMore]) {
    if (waiting.length === 0) continue
    const before = waiting
    const { message, rest } = planReply(waiting, said, 0)
    waiting = rest
    replies.push({ said, before, content: message, after: waiting })
  }
  assert.lengthOf(waiting, 0)
  return replies
}

describe("where nothing can be pushed, replies", () => {
  it.prop(
    "bring everything that waits, once, in its order; nothing tells of a chat before what was said there",
    [anyMail, acts],
    ([things, sentences]) => {
      const all = sentences.map((some, act) => saidIn(act, some))
      const replies = readAll(things, all)
      const read = replies.flatMap(({ content }) => linesIn(content))
      const waited = mailOf(things).map(wordsOf)
      assert.deepStrictEqual(
        read.filter((line) => waited.includes(line)),
        waited
      )
      for (const { said, before } of replies) {
        for (const { words } of said.filter(({ whenFull }) => whenFull === "inTurn" || whenFull === "news")) {
          assert.strictEqual(read.filter((line) => line === words).length, 1)
          for (const thing of before.filter(({ from }) => from !== undefined)) {
            assert.isBelow(read.indexOf(wordsOf(thing)), read.indexOf(words))
          }
        }
      }
    },
    manyActs
  )

  it.prop(
    "do not say news that waits already as the newest, but say it again after other news",
    [anyMail, anyMail, Schema.Boolean],
    ([before, after, isOver]) => {
      const lines = ({ kind }: { readonly kind: string }) => kind !== "news"
      const own = (words: string): Kept => ({ content: text(words), group: "one" })
      const waiting = [
        ...mailOf(before.filter(lines)),
        own("made"),
        ...(isOver ? [own("ended")] : []),
        ...mailOf(after.filter(lines))
      ]
      const read = readFrom(waiting, [[{ whenFull: "news", words: "made" }]])
      const heard = read.flatMap(({ content }) => linesIn(content)).filter((line) => line === "made")
      assert.lengthOf(heard, isOver ? 2 : 1)
    }
  )

  it.prop(
    "say that a chat began before anything of it, and once",
    [anyMail, Schema.Boolean, acts],
    ([things, waitsAlready, sentences]) => {
      const mail = mailOf(things)
      const start = mail.findIndex(({ group }) => group === "one")
      const own: Kept = { content: text("made"), group: "one" }
      const waiting = waitsAlready && start >= 0 ? mail.toSpliced(start, 0, own) : mail
      const others = sentences.map((some, act) => saidIn(act, some))
      const read = readFrom(waiting, [[{ whenFull: "news", words: "made", opens: "one" }], ...others])
        .flatMap(({ content }) => linesIn(content))
        .filter((line) => line === "made" || mail.some((thing) => wordsOf(thing) === line))
      const words = mail.map(wordsOf)
      if (mail.length === 0) return
      assert.deepStrictEqual(read, words.toSpliced(start >= 0 ? start : words.length, 0, "made"))
    },
    manyActs
  )

  it.prop(
    "answer what was just done at once",
    [anyMail, acts],
    ([things, sentences]) => {
      const all = sentences.map((some, act) => saidIn(act, some))
      for (const { said, content } of readAll(things, all)) {
        const answers = said.filter(({ whenFull }) => whenFull === "now")
        if (answers.length === 0 || byteLength(joined(said)) > replyTextBytes / 2) continue
        for (const { words } of answers) assert.include(linesIn(content), words)
      }
    },
    manyActs
  )

  it.prop(
    "say how many remain, as far as words can stand in them, and fit",
    [anyMail, acts],
    ([things, sentences]) => {
      for (const { content, after, before } of readAll(
        things,
        sentences.map((some, act) => saidIn(act, some))
      )) {
        const lines = linesIn(content)
        const [first] = before
        const isAlone = first !== undefined && lines[0] === wordsOf(first) && !hasRoomForNote(first)
        if (isAlone && after.length > 0) continue
        assert.strictEqual(remaining(lines) ?? 0, after.length)
        if (content._tag === "Text" && !isAlone) assert.isAtMost(byteLength(content.text), replyTextBytes)
      }
    },
    manyActs
  )

  it.prop(
    "bring something that waits whenever there is no answer to give; what may be outdated never waits",
    [anyMail, acts],
    ([things, sentences]) => {
      const all = sentences.map((some, act) => saidIn(act, some))
      for (const { said, before, content, after } of readAll(things, all)) {
        const waited = after.map(wordsOf)
        for (const { words, whenFull } of said) if (whenFull === "passing") assert.notInclude(waited, words)
        assert.isAtMost(waited.filter((words) => words === "once.").length, 1)
        if (said.some(({ whenFull }) => whenFull === "now")) continue
        const first = before[0]
        if (first !== undefined) assert.include(linesIn(content), wordsOf(first).split("\n")[0])
      }
    },
    manyActs
  )

  it("an answer that is too long for one message comes in parts, the first at once", () => {
    const long = "很".repeat(1_500)
    const { message, rest } = planReply(
      mailOf([{ length: 5, group: "one", kind: "text" }]),
      [{ whenFull: "now", words: long }],
      0
    )
    const [first = "", note = ""] = linesIn(message)
    assert.isTrue(isNote(note))
    assert.strictEqual([first, ...rest.slice(1).map(wordsOf)].join(""), long)
    assert.deepStrictEqual(split(long, byteLength(first))[0], first)
  })

  it("so it does where nothing else is left to say but what it says itself", () => {
    const long = "很".repeat(1_500)
    const said: ReadonlyArray<Said> = [
      { whenFull: "now", words: long },
      { whenFull: "once", words: "receipt" }
    ]
    const { message, rest } = planReply([{ content: text("receipt"), group: answerGroup }], said, 0)
    const [first = "", note = ""] = linesIn(message)
    assert.isTrue(isNote(note))
    assert.strictEqual([first, ...rest.map(wordsOf)].join(""), `${long}\nreceipt`)
  })
})

it("where all of it may follow by push at once, the first thing goes in the reply and our words come last", () => {
  const mail = mailOf([
    { length: 1, group: "one", kind: "picture" },
    { length: 9, group: "one", kind: "text" }
  ])
  const plan = planReply(mail, [{ whenFull: "now", words: "answer" }], 2)
  assert.deepStrictEqual(plan.message, mail[0]?.content)
  assert.deepStrictEqual(plan.rest, [...mail.slice(1), { content: text("answer"), group: answerGroup }])
})

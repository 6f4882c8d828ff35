/** What mailboxes, ledger and acquaintances promise. */
import { hourMillis } from "../../src/core/durations.ts"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { Acquaintances } from "../../src/chat/acquaintances.ts"
import { Ledger } from "../../src/chat/ledger.ts"
import { Mailbox, mailboxCapacity } from "../../src/chat/mailbox.ts"
import { text } from "../../src/core/content.ts"
import type { Kept } from "../../src/core/folding.ts"
import { Openid } from "../../src/core/openid.ts"
import { type It, somebody } from "./stores-under-test.ts"

const writer = Openid.make("oWriter")
const line = (words: string, group = "g"): Kept => ({ content: text(words), group, from: writer })

export const mailboxContract = (it_: It) => {
  it_.effect("things come out as they went in: in order, whatever they hold", () =>
    Effect.gen(function* () {
      const mailbox = yield* Mailbox
      const me = yield* somebody
      const things: ReadonlyArray<Kept> = [
        line("你好\n再见"),
        line("", "h"),
        { content: { _tag: "Image", mediaId: "m1" }, group: "g", apart: true },
        line('"]}\u2028🐒 ')
      ]
      for (const thing of things) {
        assert.isTrue(yield* mailbox.keep(me, yield* mailbox.peek(me), thing))
      }
      const mail = yield* mailbox.peek(me)
      assert.deepStrictEqual(
        mail.kept.map(({ mark: _mark, ...thing }): Kept => thing),
        things
      )
      assert.isTrue(yield* mailbox.take(me, mail, 1))
      assert.isFalse(yield* mailbox.take(me, mail, 1))
      const rest = yield* mailbox.peek(me)
      assert.deepStrictEqual(
        rest.kept.map(({ mark: _mark, ...thing }) => thing),
        things.slice(1)
      )
      assert.isTrue(yield* mailbox.take(me, rest, rest.kept.length))
      assert.lengthOf((yield* mailbox.peek(me)).kept, 0)
    })
  )

  it_.effect("of things kept at once none is lost, and what is added while another takes stays", () =>
    Effect.gen(function* () {
      const mailbox = yield* Mailbox
      const me = yield* somebody
      const empty = yield* mailbox.peek(me)
      const words = Array.from({ length: 20 }, (_, number) => `line ${number}`)
      yield* Effect.forEach(words, (each) => mailbox.keep(me, empty, line(each)), {
        concurrency: "unbounded"
      })
      const mail = yield* mailbox.peek(me)
      const read = (kept: ReadonlyArray<Kept>) =>
        kept.map(({ content }) => (content._tag === "Text" ? content.text : content._tag))
      assert.sameMembers(read(mail.kept), words)
      yield* mailbox.keep(me, mail, line("late"))
      assert.isTrue(yield* mailbox.take(me, mail, mail.kept.length))
      assert.deepStrictEqual(read((yield* mailbox.peek(me)).kept), ["late"])
    })
  )

  it_.effect("a full mailbox takes nothing, and loses nothing", () =>
    Effect.gen(function* () {
      const mailbox = yield* Mailbox
      const me = yield* somebody
      for (let number = 0; number < mailboxCapacity; number += 1) {
        yield* mailbox.keep(me, { kept: [], version: undefined }, line(String(number)))
      }
      const full = yield* mailbox.peek(me)
      assert.isFalse(yield* mailbox.keep(me, full, line("one too many")))
      assert.lengthOf((yield* mailbox.peek(me)).kept, mailboxCapacity)
      // Our own words find room where lines find none.
      assert.isTrue(yield* mailbox.keep(me, full, { content: text("over"), group: "g" }))
      const other = yield* somebody
      const long = line("字".repeat(2_000))
      let kept = 0
      for (let mail = yield* mailbox.peek(other); yield* mailbox.keep(other, mail, long); kept += 1) {
        mail = yield* mailbox.peek(other)
      }
      assert.isAtLeast(kept, 100)
      assert.lengthOf((yield* mailbox.peek(other)).kept, kept)
    })
  )

  it_.effect("of many who want a mailbox to themselves one has it at a time", () =>
    Effect.gen(function* () {
      const mailbox = yield* Mailbox
      const me = yield* somebody
      let inside = 0
      const use = Effect.gen(function* () {
        inside += 1
        assert.strictEqual(inside, 1)
        yield* mailbox.peek(me)
        yield* Effect.yieldNow
        inside -= 1
        return "used"
      })
      const uses = yield* Effect.all(
        Array.from({ length: 8 }, () => mailbox.exclusively(me, use)),
        { concurrency: "unbounded" }
      )
      assert.isTrue(uses.some((one) => one === "used"))
      assert.strictEqual(yield* mailbox.exclusively(me, use), "used")
      assert.strictEqual(yield* Effect.flip(mailbox.exclusively(me, Effect.fail("wrong" as const))), "wrong")
      assert.strictEqual(yield* mailbox.exclusively(me, use), "used")
    })
  )
}

export const ledgerContract = (it_: It) => {
  it_.effect("pushes are counted one at a time; a new window forgets them", () =>
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const me = yield* somebody
      const unknown = yield* ledger.read(me)
      assert.deepStrictEqual([unknown.allowance.used, unknown.allowance.trigger], [0, "message"])
      yield* ledger.open(me, "click")
      const window = yield* ledger.read(me)
      const counted = yield* Effect.all(
        Array.from({ length: 6 }, () => ledger.count(me, window)),
        { concurrency: "unbounded" }
      )
      assert.lengthOf(counted.filter(Boolean), 1)
      assert.strictEqual((yield* ledger.read(me)).allowance.used, 1)
      assert.isTrue(yield* ledger.shut(me, yield* ledger.read(me)))
      assert.isTrue((yield* ledger.read(me)).allowance.shut)
      yield* ledger.open(me, "message")
      assert.isFalse(yield* ledger.shut(me, window))
      assert.deepInclude((yield* ledger.read(me)).allowance, { used: 0, shut: false, trigger: "message" })
    })
  )

  it_.effect("two have met lately, whoever is asked about, from the moment they are introduced", () =>
    Effect.gen(function* () {
      const acquaintances = yield* Acquaintances
      const [me, one, other] = yield* Effect.all([somebody, somebody, somebody])
      const both = [
        [me, one],
        [other, me]
      ] as const
      const known = (found: ReturnType<typeof acquaintances.between>) => Effect.flatMap(found, Effect.all)
      assert.deepStrictEqual(yield* known(acquaintances.between(both)), ["strangers", "strangers"])
      assert.deepStrictEqual(yield* known(acquaintances.introduce([[one, me]])), ["strangers"])
      assert.deepStrictEqual(yield* known(acquaintances.between(both)), ["met", "strangers"])
      assert.deepStrictEqual(yield* known(acquaintances.introduce(both)), ["met", "strangers"])
      yield* acquaintances.met([one, other], 0)
      yield* acquaintances.met([one, other], 0)
      assert.deepStrictEqual(yield* known(acquaintances.introduce([[other, one]])), ["met"])
      yield* acquaintances.block([me, one])
      // Nothing but time takes a block away.
      yield* acquaintances.met([one, me], hourMillis)
      assert.deepStrictEqual(yield* known(acquaintances.between(both)), ["blocked", "met"])
      assert.deepStrictEqual(yield* known(acquaintances.introduce(both)), ["blocked", "met"])
    })
  )
}

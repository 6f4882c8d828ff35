/** A reply that is held up at the mailbox, while another server tells its reader what became of their search or their pair. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { keys } from "../../src/chat/keys.ts"
import { Mailbox, noMail } from "../../src/chat/mailbox.ts"
import { Rooms } from "../../src/chat/rooms.ts"
import { Sessions } from "../../src/chat/sessions.ts"
import { text } from "../../src/core/content.ts"
import type { Button } from "../../src/core/button.ts"
import { word } from "../../src/core/wording.ts"
import { errcodes } from "../../src/wechat/errcodes.ts"
import type { Incoming } from "../../src/wechat/messages.ts"
import { alice, bob, carol, pushedTo, refusal, type Rig, startServer } from "./chat-rig.ts"
import { answer, clicked, paired, send, typed, wordsOf } from "./inbox-stage.ts"

type Stage = Effect.Success<ReturnType<typeof paired>>

/** The next who comes to a mailbox gets there after half a second. */
const holdUpOnce = ({ faults }: Rig) => {
  let isOver = false
  faults.takesMillis = (operation, key) => {
    if (isOver || operation !== "add" || !key.startsWith("mail-lock:")) return 0
    isOver = true
    return 500
  }
}

/** What waits for Alice; it is of an earlier chat. */
const waits = ({ servers }: Stage, words: string) =>
  servers[0].run(
    Effect.flatMap(Mailbox, (mailbox) =>
      mailbox.keep(alice, noMail, { content: text(words), group: "earlier" })
    )
  )

/** What Alice is answered who presses a button, where something happens on the other server meanwhile. */
const overtaken = Effect.fnUntraced(function* <A, E>(
  { rig, servers }: Stage,
  button: Button,
  meanwhile: Effect.Effect<A, E>
) {
  holdUpOnce(rig)
  const answering = yield* Effect.forkChild(send(servers[0], clicked(alice, button)))
  yield* TestClock.adjust(100)
  yield* meanwhile
  yield* TestClock.adjust(3_000)
  return yield* Fiber.join(answering)
})

const bobPresses = ({ servers }: Stage, button: Button) => send(servers[1], clicked(bob, button))

/** What waits for Alice is gone, and nothing else happened. */
const mailGoes = ({ servers }: Stage) =>
  servers[1].run(Effect.flatMap(Mailbox, (mailbox) => mailbox.forget(alice)))

/** Bob left, and nobody has told Alice yet; which room it was. */
const bobIsGone = ({ servers }: Stage) =>
  servers[1].run(
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const { value: session } = yield* Effect.flatMap(Sessions, ({ read }) => read(alice))
      const id = session?.room ?? assert.fail("no pair")
      yield* rooms.close(id, yield* rooms.read(id), "left", bob)
      return id
    })
  )

const left = word({ _tag: "PartnerLeft" })

describe("a reply that is held up at the mailbox", () => {
  it.effect("does not tell somebody to wait who was just told of a partner", () =>
    Effect.gen(function* () {
      const stage = yield* paired()
      yield* send(stage.servers[0], clicked(alice, "退出"))
      yield* waits(stage, left)
      assert.isUndefined(yield* overtaken(stage, "配对", bobPresses(stage, "更换")))
      assert.deepStrictEqual(pushedTo(stage.rig, alice), [`${left}\n${word({ _tag: "PairMade" })}`])
    })
  )

  it.effect("tells who still waits to wait", () =>
    Effect.gen(function* () {
      const stage = yield* paired()
      yield* send(stage.servers[0], clicked(alice, "退出"))
      yield* waits(stage, left)
      assert.strictEqual(yield* overtaken(stage, "配对", mailGoes(stage)), word({ _tag: "Looking" }))
    })
  )

  const shows = [
    ["状态", /^已配对，/u],
    ["配对", /^已配对：/u]
  ] as const

  it.effect.each(shows)("does not show a pair after its end: %s", ([button]) =>
    Effect.gen(function* () {
      const stage = yield* paired()
      yield* waits(stage, "小猴的话")
      assert.isUndefined(yield* overtaken(stage, button, bobPresses(stage, "退出")))
      assert.deepStrictEqual(pushedTo(stage.rig, alice), [`小猴的话\n${left}`])
    })
  )

  it.effect.each(shows)("shows a pair that still stands: %s", ([button, words]) =>
    Effect.gen(function* () {
      const stage = yield* paired()
      yield* waits(stage, "小猴的话")
      assert.match((yield* overtaken(stage, button, mailGoes(stage))) ?? "", words)
    })
  )
})

describe("a search on a server that does not know of its owner's pair", () => {
  const outcomes = [
    { name: "nobody is there", waiting: false, said: word({ _tag: "Looking" }) },
    { name: "somebody is there", waiting: true, said: word({ _tag: "PairMade" }) }
  ]
  it.effect.each(outcomes)("is answered behind the word that the pair ended meanwhile: $name", (outcome) =>
    Effect.gen(function* () {
      const stage = yield* paired()
      const { rig, servers } = stage
      const stranger = yield* startServer(rig)
      if (outcome.waiting) yield* send(servers[1], clicked(carol, "配对"))
      rig.answerPush = () => Effect.fail(refusal(errcodes.allowanceUsedUp.code))
      rig.faults.takesMillis = (_, key) => (key === keys.quota(alice) ? 300 : 0)
      const answering = yield* Effect.forkChild(send(stranger, clicked(alice, "配对")))
      yield* TestClock.adjust(100)
      rig.faults.takesMillis = () => 0
      yield* bobPresses(stage, "退出")
      yield* TestClock.adjust(1_000)
      assert.strictEqual(yield* Fiber.join(answering), `${left}\n${outcome.said}`)
    })
  )
})

describe("somebody without a partner, while memcached is slow", () => {
  /** What Alice is answered who does something at the moment at which Bob comes. */
  const joined = Effect.fnUntraced(function* (stage: Stage, message: Incoming) {
    const { rig, servers } = stage
    rig.faults.takesMillis = (_, key) => (key === keys.lobby ? 300 : 0)
    const answering = yield* Effect.forkChild(send(servers[0], message))
    yield* TestClock.adjust(100)
    rig.faults.takesMillis = (_, key) => (key === keys.mail(alice) ? 300 : 0)
    yield* TestClock.adjust(300)
    rig.faults.takesMillis = () => 0
    assert.strictEqual(yield* bobPresses(stage, "配对"), word({ _tag: "PairMade" }))
    yield* TestClock.adjust(1_000)
    assert.strictEqual(pushedTo(rig, alice).at(-1), word({ _tag: "PairMade" }))
    return yield* Fiber.join(answering)
  })

  it.effect("is not told to wait who was told of a partner before the reply", () =>
    Effect.gen(function* () {
      const stage = yield* paired()
      yield* send(stage.servers[0], clicked(alice, "退出"))
      assert.isUndefined(yield* joined(stage, clicked(alice, "配对")))
    })
  )

  it.effect("is told of the partner at once whom their search found", () =>
    Effect.gen(function* () {
      const stage = yield* paired()
      const { rig, servers } = stage
      yield* send(servers[0], clicked(alice, "退出"))
      assert.include(yield* bobPresses(stage, "配对"), word({ _tag: "Looking" }))
      rig.faults.takesMillis = (_, key) => (key === keys.lobby ? 300 : 0)
      const answering = yield* Effect.forkChild(answer(servers[0], clicked(alice, "配对")))
      yield* TestClock.adjust(100)
      rig.faults.takesMillis = (_, key) => (key === keys.mail(alice) ? 2_000 : 0)
      yield* TestClock.adjust(1_000)
      assert.isDefined(answering.pollUnsafe())
      assert.strictEqual(wordsOf(yield* Fiber.join(answering)), word({ _tag: "PairMade" }))
      yield* TestClock.adjust(5_000)
    })
  )

  it.effect("is told that their line went nowhere who was told of a partner before the reply", () =>
    Effect.gen(function* () {
      const stage = yield* paired()
      yield* send(stage.servers[0], clicked(alice, "退出"))
      yield* send(stage.servers[0], clicked(alice, "配对"))
      assert.strictEqual(yield* joined(stage, typed(alice, "有人吗")), word({ _tag: "NotSent" }))
    })
  )

  it.effect("is not told of the end of their last chat behind the word of a new one, found out late", () =>
    Effect.gen(function* () {
      const stage = yield* paired()
      yield* bobIsGone(stage)
      assert.isUndefined(yield* joined(stage, clicked(alice, "更换")))
    })
  )

  it.effect("is not told of the end of their last chat behind the word of a new one", () =>
    Effect.gen(function* () {
      const stage = yield* paired()
      const { rig, servers } = stage
      const ended = yield* bobIsGone(stage)
      let isHeldUp = false
      rig.faults.takesMillis = (operation, key) => {
        if (isHeldUp || operation !== "gets" || !key.startsWith("room:") || key === keys.room(ended)) return 0
        isHeldUp = true
        return 600
      }
      const answering = yield* Effect.forkChild(send(servers[0], clicked(alice, "更换")))
      yield* TestClock.adjust(100)
      assert.strictEqual(yield* send(servers[1], clicked(carol, "配对")), word({ _tag: "PairMade" }))
      assert.deepStrictEqual(pushedTo(rig, alice), [word({ _tag: "PairMade" })])
      yield* TestClock.adjust(1_000)
      assert.isUndefined(yield* Fiber.join(answering))
      assert.isTrue(isHeldUp)
    })
  )
})

import { assert, describe, it } from "@effect/vitest"
import { Array, Effect, Exit, Layer, Schema } from "effect"
import { Agenda } from "../../src/chat/agenda.ts"
import { newRoomId, newWriteId } from "../../src/chat/identifiers.ts"
import { Lobby } from "../../src/chat/lobby.ts"
import { Mailbox } from "../../src/chat/mailbox.ts"
import { Rooms } from "../../src/chat/rooms.ts"
import { Sessions } from "../../src/chat/sessions.ts"
import { text } from "../../src/core/content.ts"
import { Openid } from "../../src/core/openid.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { failAlways, failOnce, faultyMemcached, noFaults } from "./faulty-memcached.ts"
import { storesLayer } from "./stores-under-test.ts"

const me = Openid.make("oMe")
const fate = Schema.Literals(["loseAnswer", "drop"])

const withStores = <A, E>(
  use: (
    plan: ReturnType<typeof noFaults>
  ) => Effect.Effect<A, E, Layer.Success<typeof storesLayer> | Memcached>
) => {
  const plan = noFaults()
  return Effect.provide(
    use(plan),
    Layer.fresh(
      storesLayer.pipe(
        Layer.provideMerge(faultyMemcached(plan)),
        Layer.provide(Layer.fresh(Memcached.layerMemory))
      )
    )
  )
}

const kept = (words: string) => ({ content: text(words), group: "g" })
const wordsIn = Effect.map(
  Effect.flatMap(Mailbox, (mailbox) => mailbox.peek(me)),
  (mail) => mail.kept.map(({ content }) => (content._tag === "Text" ? content.text : content._tag))
)

describe("an operation whose answer was lost counts as done exactly when it was done", () => {
  it.effect.prop("a new session, a changed one, a deleted one", [fate], ([how]) =>
    withStores((plan) =>
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const session = { state: 1 as const, writtenBy: yield* newWriteId }
        failOnce(plan, "add", "s:", how)
        const added = yield* sessions.write(me, yield* sessions.read(me), session)
        assert.strictEqual(added, how === "loseAnswer")
        assert.strictEqual((yield* sessions.read(me)).value !== undefined, added)

        if (!added) yield* sessions.write(me, yield* sessions.read(me), session)
        failOnce(plan, "cas", "s:", how)
        const other = { state: 2 as const, writtenBy: yield* newWriteId }
        const changed = yield* sessions.write(me, yield* sessions.read(me), other)
        assert.strictEqual(changed, how === "loseAnswer")
        assert.deepStrictEqual((yield* sessions.read(me)).value, changed ? other : session)

        failOnce(plan, "delete", "s:", how)
        const deleted = yield* sessions.write(me, yield* sessions.read(me), undefined)
        assert.strictEqual(deleted, how === "loseAnswer")
        assert.strictEqual((yield* sessions.read(me)).value === undefined, deleted)
      })
    )
  )

  it.effect.prop("one of several sessions written at once", [fate], ([how]) =>
    withStores((plan) =>
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const people = [Openid.make("oA"), me, Openid.make("oC")]
        const changes = yield* Effect.forEach(people, (openid) =>
          Effect.map(Effect.all([sessions.read(openid), newWriteId]), ([from, writtenBy]) => ({
            openid,
            from,
            next: { state: 1 as const, writtenBy }
          }))
        )
        failOnce(plan, "add", `s:${me}`, how)
        assert.deepStrictEqual(
          yield* sessions.writeAll(changes),
          [true, how === "loseAnswer", true].map(Exit.succeed)
        )
        for (const { openid, next } of changes) {
          const found = (yield* sessions.read(openid)).value
          assert.deepStrictEqual(found, openid === me && how === "drop" ? undefined : next)
        }
        // Who changed meanwhile is not overwritten; the others are written.
        const [first] = changes
        const again = yield* sessions.writeAll([first!, { ...first!, openid: Openid.make("oD") }])
        assert.deepStrictEqual(again, [Exit.succeed(false), Exit.succeed(true)])
      })
    )
  )

  it.effect.prop("a room, and the lobby", [fate], ([how]) =>
    withStores((plan) =>
      Effect.gen(function* () {
        const rooms = yield* Rooms
        const lobby = yield* Lobby
        const id = yield* newRoomId
        const writtenBy = yield* newWriteId
        const room = { _tag: "Waiting", opener: me, openedAtMillis: 0, deadlineMillis: 9, writtenBy } as const
        failOnce(plan, "add", "room:", how)
        assert.strictEqual(yield* rooms.create(id, room), how === "loseAnswer")
        if (how === "drop") yield* rooms.create(id, room)
        failOnce(plan, "cas", "room:", how)
        assert.strictEqual(yield* rooms.close(id, yield* rooms.read(id), "expired"), how === "loseAnswer")
        assert.strictEqual((yield* rooms.read(id)).value?._tag, how === "loseAnswer" ? "Closed" : "Waiting")

        const entry = { room: id, openid: me, recent: [], blocked: [], deadlineMillis: 9 }
        failOnce(plan, "add", "lobby", how)
        assert.strictEqual(yield* lobby.write(yield* lobby.read, [entry]), how === "loseAnswer")
        if (how === "drop") yield* lobby.write(yield* lobby.read, [entry])
        failOnce(plan, "cas", "lobby", how)
        assert.strictEqual(yield* lobby.write(yield* lobby.read, []), how === "loseAnswer")
        assert.lengthOf((yield* lobby.read).entries, how === "loseAnswer" ? 0 : 1)
      })
    )
  )

  it.effect.prop("a kept line is kept once", [fate, Schema.Literals(["append", "add"])], ([how, which]) =>
    withStores((plan) =>
      Effect.gen(function* () {
        const mailbox = yield* Mailbox
        failOnce(plan, which, "mail:", how)
        assert.isTrue(yield* mailbox.keep(me, yield* mailbox.peek(me), kept("one")))
        failOnce(plan, "append", "mail:", how)
        assert.isTrue(yield* mailbox.keep(me, yield* mailbox.peek(me), kept("two")))
        assert.deepStrictEqual(yield* wordsIn, ["one", "two"])
      })
    )
  )

  it.effect.prop(
    "what is taken out of a mailbox is taken once",
    [fate, Schema.Literals([1, 2])],
    ([how, count]) =>
      withStores((plan) =>
        Effect.gen(function* () {
          const mailbox = yield* Mailbox
          for (const words of ["one", "two"]) {
            yield* mailbox.keep(me, yield* mailbox.peek(me), kept(words))
          }
          failOnce(plan, count === 1 ? "cas" : "delete", "mail:", how)
          assert.isTrue(yield* mailbox.take(me, yield* mailbox.peek(me), count))
          assert.deepStrictEqual(yield* wordsIn, ["one", "two"].slice(count))
        })
      )
  )

  it.effect.prop(
    "a note on the agenda is there",
    [fate, Schema.Literals(["append", "add"])],
    ([how, which]) =>
      withStores((plan) =>
        Effect.gen(function* () {
          const agenda = yield* Agenda
          const [one, two] = [yield* newRoomId, yield* newRoomId]
          failOnce(plan, which, "due:", how)
          yield* agenda.note(one, 0)
          failOnce(plan, "append", "due:", how)
          yield* agenda.note(two, 0)
          const pages = yield* Effect.forEach([1, 2], agenda.page)
          const noted = Array.getSomes(pages).flatMap(({ rooms }) => rooms)
          assert.sameMembers([...new Set(noted)], [one, two])
        })
      )
  )

  it.effect.prop("where nothing answers, that is what is said", [fate], ([how]) =>
    withStores((plan) =>
      Effect.gen(function* () {
        const sessions = yield* Sessions
        failAlways(plan, how)
        assert.strictEqual((yield* Effect.flip(sessions.read(me)))._tag, "MemcachedUnanswered")
      })
    )
  )
})

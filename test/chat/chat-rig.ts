/** Servers of the chat over one memcached in memory and one WeChat that takes, or refuses, their pushes. */
import { Context, DateTime, Effect, Fiber, Layer, Scope } from "effect"
import { TestClock } from "effect/testing"
import { laterMillis } from "../../src/chat/answer.ts"
import { Background, finishMillis } from "../../src/chat/background.ts"
import { Campus } from "../../src/chat/campus.ts"
import { chatLayer } from "../../src/chat/chat-layer.ts"
import { ChatStatus } from "../../src/chat/chat-status.ts"
import { Conversations } from "../../src/chat/conversations.ts"
import { answerUnderWayMillis } from "../../src/chat/news.ts"
import { Sweeper } from "../../src/chat/sweeper.ts"
import { Tease } from "../../src/chat/tease.ts"
import { Reports } from "../../src/chat/reports.ts"
import type { Button } from "../../src/core/button.ts"
import type { ChatEvent } from "../../src/core/event.ts"
import { Openid } from "../../src/core/openid.ts"
import { word } from "../../src/core/wording.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { MemoryStore } from "../../src/memcached/memory-store.ts"
import { type OutgoingMessage, WeChatApi } from "../../src/wechat/api.ts"
import { type WeChatError, WeChatRefused } from "../../src/wechat/api-exchange.ts"
import { actionFor } from "../../src/wechat/errcodes.ts"
import { type FaultPlan, faultyMemcached, noFaults } from "./faulty-memcached.ts"

export const pairingTimeoutMillis = 50_000
export const idleTimeoutMillis = 600_000

/** Within this time of an end the two are told (contract: 5 s). */
export const toldWithinMillis = 5_000

/** A point in time, so that nothing in the tests depends on the year 1970. */
export const startMillis = 1_700_000_000_000

export const [alice, bob, carol, dave] = ["oAlice", "oBob", "oCarol", "oDave"].map((name) =>
  Openid.make(name)
) as [Openid, Openid, Openid, Openid]

export interface RigOptions {
  readonly delivery?: "active" | "passive"
  /** Where reports and blocks are kept; in each server, unless given. */
  readonly reports?: Layer.Layer<Reports>
  /** The memcached in which all servers meet. */
  readonly memcached?: Layer.Layer<Memcached>
  /** WeChat's API; one in memory that takes pushes as `answerPush` says, unless given. */
  readonly api?: Layer.Layer<WeChatApi>
  /** Who answers in tease mode; nobody, unless given. */
  readonly tease?: Layer.Layer<Tease>
  /** The school; none is connected, unless given. */
  readonly campus?: Layer.Layer<Campus>
}

export interface Rig {
  readonly store: MemoryStore
  readonly faults: FaultPlan
  readonly pushes: Array<{ readonly to: Openid; readonly message: OutgoingMessage }>
  /** Who was shown that somebody is typing, in order, taken or not. */
  readonly typing: Array<Openid>
  /** What WeChat says to that. */
  answerTyping: () => Effect.Effect<void, WeChatError>
  /** What WeChat says to a push; undefined: it takes it. May be replaced. */
  answerPush: (to: Openid, message: OutgoingMessage) => Effect.Effect<void, WeChatError>
  readonly options: RigOptions
}

export const makeRig = (options: RigOptions = {}): Effect.Effect<Rig> =>
  Effect.as(TestClock.setTime(startMillis), {
    store: new MemoryStore(),
    faults: noFaults(),
    pushes: [],
    typing: [],
    answerTyping: () => Effect.void,
    answerPush: () => Effect.void,
    options
  })

export const refusal = (errcode: number) =>
  new WeChatRefused({ errcode, errmsg: "no", action: actionFor(errcode) })

/** The words of the pushes that one person got. */
export const pushedTo = (rig: Rig, to: Openid): ReadonlyArray<string> =>
  rig.pushes
    .filter((push) => push.to === to)
    .map(({ message }) => (message._tag === "Text" ? message.content : `[${message._tag}]`))

export const wordsOf = (message: OutgoingMessage): string =>
  message._tag === "Text" ? message.content : `[${message._tag}]`

/** One server, sharing nothing in the process with the others. */
export const startServer = Effect.fnUntraced(function* (rig: Rig) {
  const api = WeChatApi.layerMemory(
    (to, message) =>
      Effect.tap(
        Effect.suspend(() => rig.answerPush(to, message)),
        () => Effect.sync(() => rig.pushes.push({ to, message }))
      ),
    (to) =>
      Effect.suspend(() => {
        rig.typing.push(to)
        return rig.answerTyping()
      })
  )
  const layer = chatLayer({
    pairingTimeoutMillis,
    chatIdleTimeoutMillis: idleTimeoutMillis,
    timeZone: DateTime.zoneMakeNamedUnsafe("Asia/Shanghai"),
    weChat: { delivery: rig.options.delivery ?? "active" }
  }).pipe(
    Layer.provide([
      rig.options.api ?? api,
      rig.options.campus ?? Campus.layerNone,
      rig.options.reports ?? Reports.layerMemory,
      rig.options.tease ?? Tease.layerNone
    ]),
    Layer.provideMerge(faultyMemcached(rig.faults)),
    Layer.provide(rig.options.memcached ?? Memcached.layerStore(rig.store))
  )
  const context = yield* buildEnding(Layer.fresh(layer))
  const run = <A, E>(effect: Effect.Effect<A, E, Layer.Success<typeof layer>>) =>
    Effect.provideContext(effect, context)
  const { settled: allDone } = Context.get(context, Background)
  const settled = rig.options.api === undefined ? withTime(allDone) : allDone

  /** What a person is answered, after everything that follows is done. */
  const act = (who: Openid, event: ChatEvent) =>
    Context.get(context, Conversations)
      .handle(who, event)
      .pipe(
        Effect.flatMap(({ sentences, later }) =>
          later === undefined
            ? Effect.succeed(sentences)
            : Effect.map(later(startMillis + laterMillis), (more) => [...sentences, ...more])
        ),
        Effect.map((sentences) => sentences.map(word).join("\n")),
        Effect.tap(() => settled)
      )
  return {
    run,
    settled,
    act,
    press: (who: Openid, button: Button) => act(who, { _tag: "Pressed", button }),
    say: (who: Openid, text: string) => act(who, { _tag: "Said", text }),
    status: (who: Openid) => Context.get(context, ChatStatus).status(who),
    partner: (who: Openid) => Context.get(context, ChatStatus).target(who),
    sweep: Effect.andThen(Context.get(context, Sweeper).sweep, settled)
  }
})

/**
 * Word of the end of a young pair waits until its beginning was heard of; so time moves that far, once, if nothing goes on without. Not
 * beside a real WeChat, which would seem to take as long.
 */
const withTime = (allDone: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const waiting = yield* Effect.forkChild(allDone)
    const isOver = () => waiting.pollUnsafe() !== undefined
    for (let turns = 0; turns < idleTurns && !isOver(); turns += 1) yield* Effect.yieldNow
    if (!isOver()) yield* TestClock.adjust(answerUnderWayMillis)
    yield* Fiber.join(waiting)
  })

/** After so many turns everything that can go on without time has. */
const idleTurns = 200

export type Server = Effect.Success<ReturnType<typeof startServer>>

/**
 * Builds a layer that ends with the test though time stands still then: what goes on in the background is waited for by the clock of
 * the test, which would turn a failure into a test that hangs.
 */
const buildEnding = <A, E, R>(layer: Layer.Layer<A, E, R>) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    yield* Effect.addFinalizer((exit) =>
      Effect.gen(function* () {
        const closing = yield* Effect.forkDetach(Scope.close(scope, exit))
        for (let turns = 0; turns < mostTurns && closing.pollUnsafe() === undefined; turns += 1) {
          yield* TestClock.adjust(finishMillis)
        }
      })
    )
    return yield* Layer.buildWithScope(layer, scope)
  })

/** Everything that waits for time, or for a memcached in memory, is over long before. */
export const mostTurns = 1_000

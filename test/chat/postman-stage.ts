/** A postman between a memcached in memory and a WeChat that answers as told. */
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Ledger } from "../../src/chat/ledger.ts"
import { Mailbox } from "../../src/chat/mailbox.ts"
import { Postman } from "../../src/chat/postman.ts"
import { text } from "../../src/core/content.ts"
import type { Kept } from "../../src/core/folding.ts"
import { Openid } from "../../src/core/openid.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { MemoryStore } from "../../src/memcached/memory-store.ts"
import { WeChatApi } from "../../src/wechat/api.ts"
import type { WeChatError } from "../../src/wechat/api-exchange.ts"
import { startMillis, wordsOf } from "./chat-rig.ts"
import { faultyMemcached, noFaults } from "./faulty-memcached.ts"
import { storesLayer } from "./stores-under-test.ts"

export const me = Openid.make("oMe")

export interface Stage {
  readonly store: MemoryStore
  readonly plan: ReturnType<typeof noFaults>
  /** Every push to me, taken or not; to others: those that were taken. */
  readonly tried: Array<string>
  readonly others: Array<{ readonly to: Openid; readonly words: string }>
  /** What WeChat says to a push to me; undefined: it takes it. */
  answer: (words: string) => WeChatError | undefined
}

export const onStage = <A, E>(
  use: (stage: Stage) => Effect.Effect<A, E, Postman | Layer.Success<typeof storesLayer> | Memcached>,
  delivery: "active" | "passive" = "active"
) => {
  const stage: Stage = {
    store: new MemoryStore(),
    plan: noFaults(),
    tried: [],
    others: [],
    answer: () => undefined
  }
  const api = WeChatApi.layerMemory((to, message) =>
    Effect.suspend(() => {
      const words = wordsOf(message)
      if (to !== me) {
        stage.others.push({ to, words })
        return Effect.void
      }
      stage.tried.push(words)
      const error = stage.answer(words)
      return error === undefined ? Effect.void : Effect.fail(error)
    })
  )
  const layer = Postman.layer({ delivery }).pipe(
    Layer.provide(api),
    Layer.provideMerge(storesLayer),
    Layer.provideMerge(faultyMemcached(stage.plan)),
    Layer.provide(Memcached.layerStore(stage.store))
  )
  return Effect.andThen(TestClock.setTime(startMillis), Effect.provide(use(stage), Layer.fresh(layer)))
}

/** Who wrote all the lines. */
export const writer = Openid.make("oWriter")

export const line = (words: string, group = "room1") =>
  Effect.flatMap(Postman, (postman) =>
    postman.deliver(me, { content: text(words), group, from: writer, importance: "line" })
  )
export const notice = (words: string) =>
  Effect.flatMap(Postman, (postman) =>
    postman.deliver(me, { content: text(words), group: "room1", importance: "notice" })
  )
export const flush = Effect.flatMap(Postman, (postman) => postman.flush(me))
export const openWindow = (trigger: "message" | "click") =>
  Effect.flatMap(Ledger, (ledger) => ledger.open(me, trigger))
export const waiting = Effect.map(
  Effect.flatMap(Mailbox, (mailbox) => mailbox.peek(me)),
  ({ kept }) => kept.map(({ content }: Kept) => (content._tag === "Text" ? content.text : content._tag))
)
export const keepAll = (...words: ReadonlyArray<string>) =>
  Effect.forEach(words, (each) =>
    Effect.flatMap(Mailbox, (mailbox) =>
      Effect.flatMap(mailbox.peek(me), (mail) =>
        mailbox.keep(me, mail, { content: text(each), group: "room1", from: writer })
      )
    )
  )

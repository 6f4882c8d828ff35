/** `force_refresh`: for a token that WeChat refuses and gives again all the same (protocol notes 5). */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { Memcached } from "../../src/memcached/memcached.ts"
import { MemoryStore } from "../../src/memcached/memory-store.ts"
import { forcedPerDay } from "../../src/wechat/shared-token.ts"
import { type Asked, fakeWeChat, longToken, tokenAnswer } from "./fake-wechat.ts"
import { memcachedDown, server, valueOf } from "./token-servers.ts"

const isForced = ({ body }: Asked) => (JSON.parse(body) as { force_refresh: boolean }).force_refresh

/** Gives the same token until another is forced. */
const stubborn = Effect.gen(function* () {
  let nth = 0
  const wechat = yield* fakeWeChat((asked) => {
    if (isForced(asked)) nth += 1
    return tokenAnswer(nth)
  })
  return { wechat, forced: () => wechat.asked.filter(isForced).length }
})

describe("a token that is refused and given again", () => {
  it.effect("is replaced by force, once for all servers that were refused", () =>
    Effect.gen(function* () {
      const { wechat, forced } = yield* stubborn
      const shared = Memcached.layerStore(new MemoryStore())
      const servers = [yield* server(wechat, shared), yield* server(wechat, shared)]
      for (const one of servers) assert.strictEqual(yield* valueOf(one), longToken(0))
      for (const one of servers) yield* one.invalidate(Redacted.make(longToken(0)))
      for (const one of servers) assert.strictEqual(yield* valueOf(one), longToken(1))
      assert.strictEqual(forced(), 1)
    })
  )

  it.effect.each([true, false])(
    "30 s apart, and 20 times a day at most; with memcached: %s",
    (hasMemcached) =>
      Effect.gen(function* () {
        const { wechat, forced } = yield* stubborn
        const one = yield* server(
          wechat,
          hasMemcached ? Memcached.layerStore(new MemoryStore()) : memcachedDown
        )
        const refuse = Effect.flatMap(one.get, one.invalidate)
        yield* refuse
        yield* refuse
        assert.strictEqual(forced(), 1)
        // Within 30 s what the stable token gives is used, refused or not.
        assert.strictEqual(yield* valueOf(one), longToken(1))
        assert.strictEqual(forced(), 1)
        for (let time = 0; time < 2 * forcedPerDay; time += 1) {
          yield* TestClock.adjust("31 seconds")
          yield* refuse
        }
        assert.strictEqual(forced(), forcedPerDay)
        yield* TestClock.adjust("25 hours")
        yield* refuse
        yield* refuse
        assert.strictEqual(forced(), forcedPerDay + 1)
      })
  )

  it.effect("is never forced while WeChat gives another one by itself", () =>
    Effect.gen(function* () {
      const wechat = yield* fakeWeChat((_asked, nth) => tokenAnswer(nth))
      const one = yield* server(wechat, Memcached.layerStore(new MemoryStore()))
      for (let time = 0; time < 3; time += 1) yield* Effect.flatMap(one.get, one.invalidate)
      assert.deepStrictEqual(wechat.asked.filter(isForced), [])
    })
  )
})

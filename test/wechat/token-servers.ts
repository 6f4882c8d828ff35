/** Servers that hold an access token, over a WeChat on loopback and a memcached that they may share, for tests. */
import { Context, Effect, Layer, Redacted } from "effect"
import { Memcached, MemcachedUnavailable } from "../../src/memcached/memcached.ts"
import { AccessToken } from "../../src/wechat/access-token.ts"
import { ApiTransport } from "../../src/wechat/api-transport.ts"
import type { FakeWeChat } from "./fake-wechat.ts"

export const appSecret = Redacted.make("0123456789abcdef")

/** One server of the service: its own token holder over a memcached that others may share. */
export const server = (wechat: FakeWeChat, memcached: Layer.Layer<Memcached>) =>
  Effect.map(
    Layer.build(
      AccessToken.layer({ apiUrl: wechat.url, appId: "wx0", appSecret }).pipe(
        Layer.provideMerge(memcached),
        Layer.provide(ApiTransport.layer)
      )
    ),
    Context.get(AccessToken)
  )

export const valueOf = (holder: AccessToken["Service"]) => Effect.map(holder.get, Redacted.value)

const refusing = Effect.fail(
  new MemcachedUnavailable({
    server: "127.0.0.1:11211",
    operation: "get",
    keyPrefix: "token",
    problem: "down"
  })
)
export const memcachedDown = Layer.mock(Memcached)({
  get: () => refusing,
  gets: () => refusing,
  set: () => refusing,
  add: () => refusing,
  cas: () => refusing,
  increment: () => refusing,
  delete: () => refusing
})

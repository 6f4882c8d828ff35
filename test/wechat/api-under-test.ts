/** The real API client over a WeChat on loopback, for tests. */
import { Context, Effect, Layer, Redacted } from "effect"
import { Openid } from "../../src/core/openid.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { AccessToken } from "../../src/wechat/access-token.ts"
import { type OutgoingMessage, WeChatApi } from "../../src/wechat/api.ts"
import type { WeChatError } from "../../src/wechat/api-exchange.ts"
import { ApiTransport } from "../../src/wechat/api-transport.ts"
import {
  type Answer,
  type Asked,
  type FakeWeChat,
  fakeWeChat,
  tokenAnswer,
  tokenPath
} from "./fake-wechat.ts"

export const openid = Openid.make("oIDF3yF5gYqZ0R-K_abcdefghijk")
export const hello: OutgoingMessage = { _tag: "Text", content: "你好" }

/** A WeChat that hands out tokens and answers everything else as told. */
export const wechatWith = (answer: (asked: Asked, nth: number) => Answer) =>
  fakeWeChat((asked, nth) => (asked.path === tokenPath ? tokenAnswer(nth) : answer(asked, nth)))

export const apiOf = (wechat: FakeWeChat) =>
  Effect.map(
    Layer.build(
      WeChatApi.layer({ apiUrl: `${wechat.url}/` }).pipe(
        Layer.provide(
          AccessToken.layer({ apiUrl: wechat.url, appId: "wx0", appSecret: Redacted.make("secret") })
        ),
        Layer.provide([ApiTransport.layer, Memcached.layerMemory])
      )
    ),
    Context.get(WeChatApi)
  )

export const facts = (error: WeChatError) =>
  error._tag === "WeChatRefused"
    ? { errcode: error.errcode, action: error.action }
    : { reason: error.reason, mayHaveHappened: error.mayHaveHappened }

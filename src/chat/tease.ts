/** The chatbot as the chat sees it: what answers in tease mode. `src/chatbot` carries it out. */
import { Context, Effect, Layer } from "effect"
import type { Openid } from "../core/openid.ts"
import type { Sentence } from "../core/sentence.ts"
import type { MemcachedError } from "../memcached/memcached.ts"

export class Tease extends Context.Service<
  Tease,
  {
    /** What to tell a user who said this in tease mode: the chatbot's words, or why there are none. */
    readonly answer: (openid: Openid, said: string) => Effect.Effect<Sentence>
    /** Forgets what the user and the chatbot said. */
    readonly forget: (openid: Openid) => Effect.Effect<void, MemcachedError>
  }
>()("xiaohou/chat/Tease") {
  /** No chatbot is connected, and the user is told so. */
  static readonly layerNone: Layer.Layer<Tease> = Layer.succeed(Tease, {
    answer: () => Effect.succeed({ _tag: "NoChatbot" }),
    forget: () => Effect.void
  })
}

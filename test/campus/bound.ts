/** Binds people without the page. */
import { Clock, Effect, Redacted } from "effect"
import { Bindings } from "../../src/campus/bindings.ts"
import type { OpenedLink } from "../../src/campus/links.ts"
import type { Openid } from "../../src/core/openid.ts"

let links = 0

/** A link that nobody sealed, good for as long as `lifetimeMillis`. */
export const linkFor = (openid: Openid, lifetimeMillis = 600_000): Effect.Effect<OpenedLink> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    links += 1
    return { openid, id: `link-${links}`, expiresAtMillis: now + lifetimeMillis }
  })

export const bindTo = Effect.fnUntraced(function* (openid: Openid, uuid: string) {
  const bindings = yield* Bindings
  const link = yield* linkFor(openid)
  yield* bindings.expect(link)
  return yield* bindings.bind(link, Redacted.make(uuid))
})

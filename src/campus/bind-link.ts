import { Effect } from "effect"
import type { Openid } from "../core/openid.ts"
import { Bindings } from "./bindings.ts"
import { Links } from "./links.ts"

/**
 * Makes the address of the page that binds a card to one person. It always gives one: if the database could not take note of a
 * link, that link leads to the sentence that asks for another.
 */
export const makeBindLink = Effect.gen(function* () {
  const bindings = yield* Bindings
  const links = yield* Links
  return (openid: Openid): Effect.Effect<string> =>
    Effect.flatMap(links.make("bind", openid), ({ address, link }) =>
      bindings.expect(link).pipe(
        Effect.catch((error) => Effect.logWarning("a link to bind is no good", { problem: error.message })),
        Effect.as(address)
      )
    )
})

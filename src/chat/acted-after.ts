import { Effect } from "effect"
import type { Openid } from "../core/openid.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { Ledger } from "./ledger.ts"

/** Whether a user did something after a time (milliseconds since 1970), as far as memcached knows. */
export const makeActedAfter = Effect.map(
  Ledger,
  (ledger) =>
    (openid: Openid, millis: number): Effect.Effect<boolean, MemcachedError> =>
      Effect.map(
        ledger.read(openid),
        ({ allowance, version }) => version !== undefined && allowance.openedAtMillis > millis
      )
)

/**
 * Nobody unfollows, follows again and acts in so short a time. When a message was made is estimated, up to a second too early, and they may have
 * acted just before they unfollowed.
 */
const followsAgainMillis = 2_000

/**
 * Whether somebody follows again of whom word comes that they unfollowed at a time (milliseconds since 1970): they have acted since. Without a
 * time it is fresh.
 */
export const makeFollowsAgain = Effect.map(
  makeActedAfter,
  (actedAfter) => (openid: Openid, unfollowedAtMillis: number | undefined) =>
    unfollowedAtMillis === undefined
      ? Effect.succeed(false)
      : actedAfter(openid, unfollowedAtMillis + followsAgainMillis)
)

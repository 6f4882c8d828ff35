import { Effect } from "effect"
import type { Openid } from "../core/openid.ts"
import { makeAbandonLines } from "./abandoned-lines.ts"
import { Blocks } from "./blocks.ts"
import { Campus } from "./campus.ts"
import { clocksApartSeconds } from "./clocks.ts"
import { LastPartners } from "./last-partners.ts"
import { Ledger } from "./ledger.ts"
import { Tease } from "./tease.ts"
import { UnsavedReports } from "./unsaved-reports.ts"

/**
 * Deletes all that is kept of a user beside their session, as WeChat asks of an account that a user unfollows. What outlives memcached is deleted as it
 * was when they unfollowed: the deletion may come late, and they may have followed again.
 */
export const makeForget = Effect.gen(function* () {
  const stores = [
    yield* Blocks,
    yield* Campus,
    yield* LastPartners,
    yield* Ledger,
    { forget: yield* makeAbandonLines },
    yield* Tease
  ]
  const unsaved = yield* UnsavedReports
  return (openid: Openid, unfollowedAtMillis: number) => {
    const until = forgottenUntil(unfollowedAtMillis)
    return Effect.andThen(
      unsaved.forget(openid, until),
      Effect.forEach(stores, (store) => store.forget(openid, until), {
        concurrency: "unbounded",
        discard: true
      })
    )
  }
})

/**
 * What somebody made until this time is forgotten when they unfollow: the server that took it may have a clock that is ahead. Nobody follows again
 * and makes something new in so short a time.
 */
export const forgottenUntil = (unfollowedAtMillis: number): number =>
  unfollowedAtMillis + clocksApartSeconds * 1_000

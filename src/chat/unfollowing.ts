import { Clock, Effect, Schedule } from "effect"
import type { Openid } from "../core/openid.ts"
import { Blocks } from "./blocks.ts"
import { Campus } from "./campus.ts"
import { Conversations } from "./conversations.ts"
import { forgottenUntil } from "./forgetting.ts"

/** How soon it is tried again, while memcached is away. */
const againMillis = 2_000

/** Of more people who unfollow in one outage only what the database holds is deleted; the rest ends by itself. */
const mostUnfollowing = 10_000

/**
 * Carries out that somebody unfollowed when memcached was away: WeChat says it once. What the database holds goes at once; the chat ends,
 * and the rest goes, as soon as memcached is there again, as long as this process lives.
 */
export const makeLateUnfollowing = Effect.gen(function* () {
  const blocks = yield* Blocks
  const campus = yield* Campus
  const conversations = yield* Conversations
  const scope = yield* Effect.scope
  const unfollowing = new Set<Openid>()

  const carryOut = (openid: Openid, unfollowedAtMillis: number) =>
    Effect.suspend(() =>
      unfollowing.has(openid)
        ? Effect.asVoid(conversations.handle(openid, { _tag: "Unfollowed" }, { unfollowedAtMillis }))
        : Effect.void
    )

  const unfollowed = (openid: Openid) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const until = forgottenUntil(now)
      const fromDatabase = Effect.andThen(blocks.forget(openid, until), campus.forget(openid, until))
      if (unfollowing.has(openid) || unfollowing.size >= mostUnfollowing) return fromDatabase
      unfollowing.add(openid)
      const rest = carryOut(openid, now).pipe(
        Effect.retry(Schedule.spaced(againMillis)),
        Effect.ensuring(Effect.sync(() => unfollowing.delete(openid)))
      )
      return Effect.andThen(fromDatabase, Effect.asVoid(Effect.forkIn(rest, scope)))
    })

  /** Who follows again begins anew: what they do from here on is not to be deleted. */
  const followed = (openid: Openid): void => {
    unfollowing.delete(openid)
  }

  return { unfollowed, followed }
})

import { Clock, Effect } from "effect"
import { type Content, text } from "../core/content.ts"
import { answerGroup } from "../core/folding.ts"
import type { Openid } from "../core/openid.ts"
import { Background } from "./background.ts"
import type { Mine } from "./claim.ts"
import { underwayPollMillis } from "./duplicates.ts"
import { Postman } from "./postman.ts"
import type { Carried, Reply } from "./replies.ts"

/** An attempt that waits on another server looks for the answer so often, and needs some time to take it. */
const offerMillis = underwayPollMillis + 300

/**
 * What a message came to. `restate`: it says nothing but how things stand, and this is how they stand later. `isStillNews`: whether the user has
 * not gone on since from what it says.
 */
export interface Finished extends Reply {
  readonly restate?: Effect.Effect<Finished>
  readonly isStillNews?: Effect.Effect<boolean>
}

/** An answer that came too late for the attempt that worked on it. `lastEndsMillis`: when WeChat's last attempt ends, since 1970. */
export interface Late {
  readonly from: Openid
  readonly claim: Mine
  readonly finished: Finished
  readonly lastEndsMillis: number
}

/**
 * Offers a late answer to the attempts that wait or are to come, and brings it by the postman if none of them gives it. Succeeds with what
 * the user was given in the end.
 */
export const makeLateAnswers = Effect.gen(function* () {
  const background = yield* Background
  const postman = yield* Postman

  const deliver = Effect.fnUntraced(function* (from: Openid, content: Content) {
    yield* postman.deliver(from, { content, group: answerGroup, importance: "notice" })
  })

  /**
   * Kept lines stay those of their writers, in front of what waits; our own words come behind, and not at all if they would have to wait and
   * say only how things stand (`lasts` is false).
   */
  const deliverCarried = Effect.fnUntraced(function* (
    from: Openid,
    { own, putBack }: Carried,
    lasts: boolean
  ) {
    yield* putBack
    yield* postman.flush(from, "notice")
    if (own === "") return
    if (lasts || (yield* postman.linesAllowed(from)) > 0) yield* deliver(from, text(own))
  })

  return Effect.fnUntraced(function* ({ from, claim, finished, lastEndsMillis }: Late) {
    const current = yield* nowOf(finished)
    if (current.answer === undefined) {
      yield* claim.settle(undefined)
      return current
    }
    // What carries kept lines is recorded already, and an attempt may have given it meanwhile.
    if (current.carried === undefined) yield* claim.offer(current.answer)
    const pushes = yield* postman.mayPush
    const waitMillis = pushes ? 0 : Math.max(0, lastEndsMillis - (yield* Clock.currentTimeMillis))
    yield* Effect.raceFirst(Effect.sleep(waitMillis + offerMillis), background.ending)
    if (!(yield* claim.withdraw)) return current
    // By the time mail is read it may be wrong, and the user's next message is answered with how things stand then.
    if (current.restate !== undefined && !pushes) return nothingSaid
    const last = yield* nowOf(current)
    if (last.answer === undefined) return nothingSaid
    // Composing it anew recorded it again.
    if (last !== current && last.carried !== undefined) yield* claim.settle(undefined)
    yield* last.carried === undefined
      ? deliver(from, last.answer)
      : deliverCarried(from, last.carried, current.restate === undefined)
    return last
  })
})

const nothingSaid: Finished = { answer: undefined }

const nowOf = (finished: Finished): Effect.Effect<Finished> => {
  const { restate, isStillNews } = finished
  if (isStillNews === undefined) return restate ?? Effect.succeed(finished)
  return Effect.map(isStillNews, (isNews) => (isNews ? finished : nothingSaid))
}

import { Effect } from "effect"
import { hourMillis, minuteMillis } from "../core/durations.ts"
import type { WeChatError, WeChatRefused } from "../wechat/api-exchange.ts"
import { errcodes } from "../wechat/errcodes.ts"

/**
 * What a push came to, as far as delivery cares. `notAllowed`: the window is shut for this user · `notSent`: it certainly did not
 * happen · `unwanted`: nor did this, and it was not to be tried again · `unsure`: sent, but no answer came · `refused`: never this content ·
 * `unsendable`: never this kind of thing · `tooLong`: in parts, perhaps · `gone`: the receiver cannot be reached at all · `pauseMillis`: the whole account must wait; `passes`: no longer than that.
 */
export type PushOutcome =
  | "pushed"
  | "notAllowed"
  | "notSent"
  | "unwanted"
  | "unsure"
  | "refused"
  | "unsendable"
  | "tooLong"
  | "gone"
  | { readonly pauseMillis: number; readonly passes: boolean }

/** Refused for one of several, perhaps, or for being too much. */
export const mayBeForOne: ReadonlySet<PushOutcome> = new Set<PushOutcome>(["refused", "tooLong"])

/** It did not happen, or perhaps did not, and may later without anybody's doing. */
export const passes = (outcome: PushOutcome): boolean =>
  typeof outcome === "object" ? outcome.passes : outcome === "notSent" || outcome === "unsure"

/** A minute limit is over with the minute (protocol notes 5). */
const minuteLimitPauseMillis = minuteMillis

/** The daily limit ends at midnight in Peking; asked again every so often, since its real end is not documented. */
const dailyLimitPauseMillis = 10 * minuteMillis

/** An account that may not push stays so until its owner has it verified, which takes days. */
const notPermittedPauseMillis = hourMillis

/** What only the operator can mend: asked again so seldom that it does no harm, and so often that its end is noticed. */
const stoppedPauseMillis = minuteMillis

/** Reads a push as an outcome; whatever the operator has to know is logged, without the receiver and the words. */
export const readPush = (push: Effect.Effect<void, WeChatError>): Effect.Effect<PushOutcome> =>
  push.pipe(
    Effect.as("pushed" as PushOutcome),
    Effect.catchTags({
      WeChatUnreachable: (error) => Effect.succeed<PushOutcome>(error.mayHaveHappened ? "unsure" : "notSent"),
      WeChatRefused: (error) => {
        switch (error.action) {
          case "keep":
            return Effect.succeed<PushOutcome>("notAllowed")
          case "giveUp":
            return Effect.succeed<PushOutcome>(
              error.errcode === errcodes.messagesSwitchedOff.code ? "notAllowed" : "gone"
            )
          case "refusedContent":
            return Effect.succeed<PushOutcome>("refused")
          case "pause":
            return Effect.as(Effect.logWarning("WeChat limits pushes", { errcode: error.errcode }), {
              pauseMillis:
                error.errcode === errcodes.minuteQuotaUsedUp.code
                  ? minuteLimitPauseMillis
                  : dailyLimitPauseMillis,
              passes: true
            })
          case "passiveOnly":
            return Effect.as(
              Effect.logError("this account may not push: lines wait for the receiver's next message", {
                errcode: error.errcode
              }),
              { pauseMillis: notPermittedPauseMillis, passes: false }
            )
          case "retry":
            return Effect.succeed<PushOutcome>("notSent")
          case "split":
            return Effect.succeed<PushOutcome>("tooLong")
          case "unsendable":
            return Effect.succeed<PushOutcome>("unsendable")
          case "stop":
            // Only this kind of message is stopped.
            if (error.errcode === errcodes.typeNotAllowed.code)
              return Effect.as(reported(error), "unsendable" as const)
            return Effect.as(reported(error), { pauseMillis: stoppedPauseMillis, passes: false })
          case "refreshToken":
            return Effect.as(reported(error), "notSent" as const)
          case "bug":
            // Asked for again, it would be refused again: it waits for the receiver's own next message.
            return Effect.as(reported(error), "notAllowed" as const)
        }
      }
    })
  )

const reported = ({ errcode, errmsg }: WeChatRefused) =>
  Effect.logError("WeChat refused a push", { errcode, errmsg })

import { Effect } from "effect"
import type { WeChatError } from "../wechat/api-exchange.ts"
import { errcodes } from "../wechat/errcodes.ts"

/**
 * What a push came to, as far as delivery cares. `notAllowed`: the window is shut for this user · `notSent`: it certainly did not
 * happen · `unsure`: sent, but no answer came · `refused`: never this content · `gone`: the receiver cannot be reached at all ·
 * `pauseMillis`: the whole account must wait.
 */
export type PushOutcome =
  | "pushed"
  | "notAllowed"
  | "notSent"
  | "unsure"
  | "refused"
  | "gone"
  | { readonly pauseMillis: number }

/** A minute limit is over with the minute (protocol notes 5). */
const minuteLimitPauseMillis = 60_000

/** The daily limit ends at midnight in Peking; asked again every so often, since its real end is not documented. */
const dailyLimitPauseMillis = 10 * 60_000

/** An account that may not push stays so until its owner has it verified, which takes days. */
const notPermittedPauseMillis = 60 * 60_000

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
                  : dailyLimitPauseMillis
            })
          case "passiveOnly":
            return Effect.as(
              Effect.logError("this account may not push: lines wait for the receiver's next message", {
                errcode: error.errcode
              }),
              { pauseMillis: notPermittedPauseMillis }
            )
          case "retry":
            return Effect.succeed<PushOutcome>("notSent")
          case "refreshToken":
          case "split":
          case "stop":
          case "bug":
            return Effect.as(
              Effect.logError("WeChat refused a push", { errcode: error.errcode, errmsg: error.errmsg }),
              "notSent" as const
            )
        }
      }
    })
  )

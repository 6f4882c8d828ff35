import { Clock, Effect } from "effect"
import { type Importance, mayPush, pushesFor } from "../core/allowance.ts"
import type { Content } from "../core/content.ts"
import type { Openid } from "../core/openid.ts"
import { type OutgoingMessage, WeChatApi } from "../wechat/api.ts"
import { Ledger, type StoredAllowance } from "./ledger.ts"
import { type PushOutcome, readPush } from "./push-outcome.ts"
import type { Receiver } from "./receiver.ts"

/**
 * `active` pushes within the allowance. `passive` never does: for accounts that may not, everything rides on the receiver's
 * own next reply.
 */
export type DeliveryMode = "active" | "passive"

/**
 * What is pushed; `madeByAi`: a chatbot made it, or part of it. `stillWanted`: asked before it is tried again or kept, where WeChat was busy and the like.
 */
export interface Pushed {
  readonly content: Content
  readonly madeByAi: boolean
  readonly stillWanted?: Effect.Effect<boolean> | undefined
}

/** Whatever becomes of the receiver meanwhile. */
export const wanted = Effect.succeed(true)

/** How often a push starts over because another server counted at the same moment. */
const countAttempts = 8

/**
 * One push at a time, each counted before it is sent. Where WeChat says that nobody may push for a while (45009, 45011), this account
 * may not at all (48001), or the operator has to act, this server asks no more until the time is over. Every server finds that out for
 * itself: one refused call each costs less than asking memcached before every push.
 */
export const makePushing = Effect.fnUntraced(function* (delivery: DeliveryMode) {
  const api = yield* WeChatApi
  const ledger = yield* Ledger
  let pausedUntilMillis = delivery === "passive" ? Number.POSITIVE_INFINITY : 0

  /** Milliseconds until pushes are allowed again. 0: they are now. Infinity: they never are. */
  const pauseMillis = Effect.map(Clock.currentTimeMillis, (now) => Math.max(0, pausedUntilMillis - now))

  const maySend = (window: StoredAllowance, importance: Importance) =>
    Effect.map(
      Clock.currentTimeMillis,
      (now) => pausedUntilMillis <= now && mayPush(window.allowance, importance, now)
    )

  /** The ledger as it is now, if it is still of the same window: the user may have opened another meanwhile. */
  const inSameWindow = Effect.fnUntraced(function* (to: Openid, { allowance }: StoredAllowance) {
    const current = yield* ledger.read(to)
    return current.allowance.openedAtMillis === allowance.openedAtMillis ? current : undefined
  })

  const shut = Effect.fnUntraced(function* (to: Openid, refused: StoredAllowance) {
    const current = yield* inSameWindow(to, refused)
    if (current !== undefined) yield* ledger.shut(to, current)
  })

  /** Not needed for the truth, which WeChat holds; without it what never left would use up the window. */
  const uncount = Effect.fnUntraced(function* (to: Openid, counted: StoredAllowance) {
    const current = yield* inSameWindow(to, counted)
    if (current !== undefined) yield* ledger.uncount(to, current)
  })

  /** Counts, then sends; a refusal for want of allowance shuts the window. `read`: the receiver, where they were just read. */
  const push = Effect.fnUntraced(function* (
    to: Openid,
    { content, madeByAi, stillWanted = wanted }: Pushed,
    importance: Importance,
    read?: Receiver
  ) {
    for (let attempt = 0; attempt < countAttempts; attempt += 1) {
      const receiver = attempt === 0 ? read : undefined
      const window = receiver?.window ?? (yield* ledger.read(to))
      if (receiver?.counted !== true) {
        if (!(yield* maySend(window, importance))) return "notAllowed" satisfies PushOutcome
        if (!(yield* ledger.count(to, window))) continue
      }
      let isWanted = true
      const repeatIf = Effect.tap(stillWanted, (wanted) =>
        Effect.sync(() => {
          isWanted = wanted
        })
      )
      const outcome = yield* readPush(api.send(to, outgoing(content, madeByAi), repeatIf))
      if (outcome === "notAllowed") yield* shut(to, window)
      if (outcome === "notSent" || typeof outcome === "object") yield* Effect.ignore(uncount(to, window))
      if (!isWanted) return "unwanted" satisfies PushOutcome
      if (typeof outcome === "object") {
        pausedUntilMillis = (yield* Clock.currentTimeMillis) + outcome.pauseMillis
      }
      return outcome
    }
    return "notAllowed" satisfies PushOutcome
  })

  /**
   * Counts a push ahead, where nothing waits for the receiver and it is allowed; otherwise they come back as they were. Undefined: their
   * window changed since, and has to be read again.
   */
  const reserve = Effect.fnUntraced(function* (to: Openid, receiver: Receiver, importance: Importance) {
    if (receiver.mail.kept.length > 0 || !(yield* maySend(receiver.window, importance))) return receiver
    const counted = yield* ledger.count(to, receiver.window)
    return counted ? ({ ...receiver, counted } satisfies Receiver) : undefined
  })

  /** Takes back what was counted ahead for a push that does not happen. */
  const release = (to: Openid, { window, counted }: Receiver) =>
    counted === true ? Effect.ignore(uncount(to, window)) : Effect.void

  /** How many pushes of lines a user may get at the moment. */
  const linesAllowed = Effect.fnUntraced(function* (to: Openid) {
    if ((yield* pauseMillis) > 0) return 0
    return pushesFor((yield* ledger.read(to)).allowance, "line", yield* Clock.currentTimeMillis)
  })

  return { push, reserve, release, maySend, pauseMillis, linesAllowed }
})

const outgoing = (content: Content, madeByAi: boolean): OutgoingMessage =>
  content._tag === "Text"
    ? { _tag: "Text", content: content.text, ...(madeByAi ? { madeByAi: true } : {}) }
    : content

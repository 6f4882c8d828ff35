/** The postman: brings words to a user by push while WeChat allows it, and keeps them in the mailbox otherwise. */
import { Clock, Context, Effect, Layer, Ref } from "effect"
import { isMadeByAi } from "../core/ai-label.ts"
import { type Importance, mayPush } from "../core/allowance.ts"
import { type Content, text } from "../core/content.ts"
import { carriable, fold, type Kept, replyTextBytes } from "../core/folding.ts"
import type { Openid } from "../core/openid.ts"
import type { Memcached, MemcachedError } from "../memcached/memcached.ts"
import { type OutgoingMessage, WeChatApi } from "../wechat/api.ts"
import { Ledger, type StoredAllowance } from "./ledger.ts"
import { type Mail, Mailbox } from "./mailbox.ts"
import { type PushOutcome, readPush } from "./push-outcome.ts"

/**
 * `active` pushes within the allowance. `passive` never does: for accounts that may not, everything rides on the receiver's
 * own next reply.
 */
export type DeliveryMode = "active" | "passive"

/**
 * What became of something for a user. `pushed` WeChat took it · `kept` it waits in the mailbox · `full` the mailbox is full, it
 * was dropped · `refused` WeChat refuses the content · `gone` the receiver does not follow · `unsure` sent, no answer.
 */
export type Delivery = "pushed" | "kept" | "full" | "refused" | "gone" | "unsure"

/** Something for a user; `group` as in `Kept`. */
export interface Parcel {
  readonly content: Content
  readonly group: string
  readonly importance: Importance
}

export class Postman extends Context.Service<
  Postman,
  {
    /** Delivers one thing behind whatever waits already; long texts go in parts. The worst outcome of the parts. */
    readonly deliver: (to: Openid, parcel: Parcel) => Effect.Effect<Delivery, MemcachedError>
    /** Whether this account may push at all at the moment. */
    readonly mayPush: Effect.Effect<boolean>
    /** Pushes what waits for a user whose window is open, as far as the allowance goes. */
    readonly flush: (to: Openid) => Effect.Effect<void, MemcachedError>
    /** The original interface's postMsg: true when WeChat took the message, false otherwise. */
    readonly postMsg: (to: Openid, words: string) => Effect.Effect<boolean>
  }
>()("xiaohou/chat/Postman") {
  static readonly layer = (options: {
    readonly delivery: DeliveryMode
  }): Layer.Layer<Postman, never, Memcached | WeChatApi | Ledger | Mailbox> =>
    Layer.effect(Postman, make(options.delivery))
}

/** How often a push starts over because another server counted at the same moment. */
const countAttempts = 8

const make = Effect.fnUntraced(function* (delivery: DeliveryMode) {
  const api = yield* WeChatApi
  const ledger = yield* Ledger
  const mailbox = yield* Mailbox
  // WeChat says that this account may not push (48001), or that nobody may for a while (45009, 45011).
  const noPushUntilMillis = yield* Ref.make(delivery === "passive" ? Number.POSITIVE_INFINITY : 0)

  const maySend = Effect.fnUntraced(function* (window: StoredAllowance, importance: Importance) {
    const now = yield* Clock.currentTimeMillis
    return now >= (yield* Ref.get(noPushUntilMillis)) && mayPush(window.allowance, importance, now)
  })

  /** Shuts the window of a push that was refused, not one that the user opened meanwhile. */
  const shut = Effect.fnUntraced(function* (to: Openid, refused: StoredAllowance) {
    const current = yield* ledger.read(to)
    if (current.allowance.openedAtMillis === refused.allowance.openedAtMillis) yield* ledger.shut(to, current)
  })

  /** Counts, then sends; a refusal for want of allowance shuts the window. */
  const push = Effect.fnUntraced(function* (
    to: Openid,
    content: Content,
    importance: Importance,
    read?: StoredAllowance
  ) {
    for (let attempt = 0; attempt < countAttempts; attempt += 1) {
      const window = (attempt === 0 ? read : undefined) ?? (yield* ledger.read(to))
      if (!(yield* maySend(window, importance))) return "notAllowed" satisfies PushOutcome
      if (!(yield* ledger.count(to, window))) continue
      const outcome = yield* readPush(api.send(to, outgoing(content)))
      if (outcome === "notAllowed") yield* shut(to, window)
      if (typeof outcome === "object") {
        const now = yield* Clock.currentTimeMillis
        yield* Ref.set(noPushUntilMillis, now + outcome.pauseMillis)
      }
      return outcome
    }
    return "notAllowed" satisfies PushOutcome
  })

  const keep = Effect.fnUntraced(function* (to: Openid, mail: Mail, kept: Kept) {
    const done: Delivery = (yield* mailbox.keep(to, mail, kept)) ? "kept" : "full"
    return done
  })

  const deliverOne = Effect.fnUntraced(function* (to: Openid, kept: Kept, importance: Importance) {
    const [mail, window] = yield* Effect.all([mailbox.peek(to), ledger.read(to)], {
      concurrency: "unbounded"
    })
    const allowed = yield* maySend(window, importance)
    if (mail.kept.length === 0 && allowed) {
      const outcome = yield* push(to, kept.content, importance, window)
      const hasFailed = typeof outcome === "object" || outcome === "notAllowed" || outcome === "notSent"
      return hasFailed ? yield* keep(to, yield* mailbox.peek(to), kept) : outcome
    }
    const done = yield* keep(to, mail, kept)
    if (done !== "kept") return done
    // It is kept already, whatever becomes of the pushing.
    return yield* Effect.orElseSucceed(pushKept(to, importance, allowed), () => done)
  })

  /** Pushes what was just kept where that is allowed, or has become so: the receiver may have acted at the same moment. */
  const pushKept = Effect.fnUntraced(function* (to: Openid, importance: Importance, allowed: boolean) {
    const kept: Delivery = "kept"
    if (!allowed && (delivery === "passive" || !(yield* maySend(yield* ledger.read(to), importance))))
      return kept
    yield* pushWaiting(to, importance)
    return (yield* mailbox.peek(to)).kept.length === 0 ? "pushed" : kept
  })

  const deliver = Effect.fnUntraced(function* (to: Openid, parcel: Parcel) {
    let worst: Delivery = "pushed"
    for (const content of carriable(parcel.content)) {
      const done = yield* deliverOne(to, { content, group: parcel.group }, parcel.importance)
      if (severity[done] > severity[worst]) worst = done
      if (done === "gone" || done === "refused") break
    }
    return worst
  })

  /** Pushes folded messages until the mailbox is empty or the allowance is used; then looks once more for late comers. */
  const pushWaiting = (to: Openid, importance: Importance): Effect.Effect<void, MemcachedError> =>
    Effect.gen(function* () {
      for (let more = true; more;) {
        more = (yield* mailbox.exclusively(to, pushFirst(to, importance))) ?? false
      }
    })

  const pushFirst = Effect.fnUntraced(function* (to: Openid, importance: Importance) {
    const mail = yield* mailbox.peek(to)
    const folded = fold(mail.kept, replyTextBytes)
    if (folded === undefined) return false
    const outcome = yield* push(to, folded.message, importance)
    if (outcome === "notAllowed" || outcome === "notSent" || typeof outcome === "object") return false
    return (yield* mailbox.take(to, mail, folded.taken)) && outcome !== "gone"
  })

  return Postman.of({
    deliver,
    mayPush: Effect.zipWith(
      Clock.currentTimeMillis,
      Ref.get(noPushUntilMillis),
      (now, until) => now >= until
    ),
    flush: (to) => pushWaiting(to, "line"),
    postMsg: (to, words) =>
      Effect.map(readPush(api.send(to, outgoing(text(words)))), (outcome) => outcome === "pushed")
  })
})

const outgoing = (content: Content): OutgoingMessage =>
  content._tag === "Text"
    ? { _tag: "Text", content: content.text, ...(isMadeByAi(content.text) ? { madeByAi: true } : {}) }
    : content

const severity: Record<Delivery, number> = { pushed: 0, kept: 1, unsure: 2, full: 3, refused: 4, gone: 5 }

/** The postman: brings words to a user by push while WeChat allows it, and keeps them in the mailbox otherwise. */
import { Clock, Context, Effect, Layer } from "effect"
import { isMadeByAi } from "../core/ai-label.ts"
import type { Importance } from "../core/allowance.ts"
import { type Content, text } from "../core/content.ts"
import { carriable, fold, halved, type Kept, replyTextBytes } from "../core/folding.ts"
import type { Openid } from "../core/openid.ts"
import type { WriteId } from "../core/room.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import type { WeChatApi } from "../wechat/api.ts"
import { newWriteId } from "./identifiers.ts"
import { Ledger } from "./ledger.ts"
import { type Mail, Mailbox, type Marked } from "./mailbox.ts"
import type { PushOutcome } from "./push-outcome.ts"
import { type DeliveryMode, makePushing } from "./pushing.ts"
import { makePutOff } from "./put-off.ts"
import { type Fate, type Settled, wordsToWriters } from "./settled.ts"
import { makeTyping } from "./typing.ts"

/**
 * What became of something for a user. `pushed` WeChat took it · `kept` it waits in the mailbox · `full` the mailbox is full, it
 * was dropped · `refused` WeChat refuses the content · `unsendable` WeChat cannot carry it · `gone` the receiver does not follow ·
 * `unsure` sent, no answer.
 */
export type Delivery = Fate | "kept" | "full"

/** Something for a user; `group` and `from` as in `Kept`. */
export interface Parcel {
  readonly content: Content
  readonly group: string
  readonly from?: Openid
  readonly importance: Importance
}

export class Postman extends Context.Service<
  Postman,
  {
    /** Delivers one thing behind whatever waits already; long texts go in parts. The worst outcome of the parts. */
    readonly deliver: (to: Openid, parcel: Parcel) => Effect.Effect<Delivery, MemcachedError>
    /** Whether this account may push at all at the moment. */
    readonly mayPush: Effect.Effect<boolean>
    /** Shows a user 对方正在输入… where that is allowed at the moment. */
    readonly showTyping: (to: Openid) => Effect.Effect<void, MemcachedError>
    /** How many messages `flush` may push to a user at the moment. */
    readonly linesAllowed: (to: Openid) => Effect.Effect<number, MemcachedError>
    /** Pushes what waits for a user whose window is open, as far as the allowance goes. */
    readonly flush: (to: Openid) => Effect.Effect<void, MemcachedError>
    /** The original interface's postMsg: a text now, within the allowance. True: WeChat took it; false: it did not, and nothing is kept. */
    readonly postMsg: (to: Openid, words: string) => Effect.Effect<boolean>
  }
>()("xiaohou/chat/Postman") {
  static readonly layer = (options: {
    readonly delivery: DeliveryMode
  }): Layer.Layer<Postman, never, Memcached | WeChatApi | Ledger | Mailbox> =>
    Layer.effect(Postman, make(options.delivery))
}

const make = Effect.fnUntraced(function* (delivery: DeliveryMode) {
  const ledger = yield* Ledger
  const mailbox = yield* Mailbox
  const memcached = yield* Memcached
  const putOff = yield* makePutOff
  const typing = yield* makeTyping
  const { push, maySend, pauseMillis, linesAllowed } = yield* makePushing(delivery)

  /** Pushes one thing if nothing waits before it and that is allowed; otherwise puts it behind what waits. */
  const pushOrKeep = Effect.fnUntraced(function* (to: Openid, thing: Kept, importance: Importance) {
    const now = yield* Clock.currentTimeMillis
    const [peeked, read] = yield* memcached.askAll([mailbox.peeking(to), ledger.reading(to, now)])
    const mail = yield* peeked
    const window = yield* read
    const allowed = yield* maySend(window, importance)
    // The receiver may have acted at the same moment.
    if (mail.kept.length > 0 || !allowed) return yield* keepAll(to, mail, [thing], delivery === "active")
    const outcome = yield* push(
      to,
      { content: thing.content, madeByAi: isOfChatbot(thing) },
      importance,
      window
    )
    if (isFate(outcome)) return { done: outcome }
    const parts = outcome === "tooLong" ? halved([thing]) : [thing]
    if (parts === undefined) return { done: "unsendable" as const }
    if (passes(outcome)) yield* putOff.add(to)
    return yield* keepAll(to, yield* mailbox.peek(to), parts, outcome === "tooLong")
  })

  /** Keeps a thing, or the parts of one. `tryOn`: its mark, where it may be pushed all the same. */
  const keepAll = Effect.fnUntraced(function* (
    to: Openid,
    mail: Mail,
    parts: ReadonlyArray<Kept>,
    tryOn: boolean
  ) {
    const mark = yield* newWriteId
    for (const part of parts) {
      if (!(yield* mailbox.keep(to, mail, { ...part, mark }))) return { done: "full" as const }
    }
    return { done: "kept" as const, ...(tryOn ? { tryOn: mark } : {}) }
  })

  const deliverOne = Effect.fnUntraced(function* (to: Openid, thing: Kept, importance: Importance) {
    const { done, tryOn }: { readonly done: Delivery; readonly tryOn?: WriteId } = yield* pushOrKeep(
      to,
      thing,
      importance
    )
    if (tryOn === undefined) return done
    // It is kept already, whatever becomes of the pushing.
    return yield* Effect.orElseSucceed(pushKept(to, { ...thing, mark: tryOn }, importance), () => done)
  })

  /** Pushes what was just kept, behind what waited before it, where that is allowed. */
  const pushKept = Effect.fnUntraced(function* (to: Openid, { mark, from }: Marked, importance: Importance) {
    const kept: Delivery = "kept"
    if (!(yield* maySend(yield* ledger.read(to), importance))) return kept
    const settled = yield* pushWaiting(to, importance)
    const isOwn = (things: ReadonlyArray<Marked>) => things.some((one) => one.mark === mark)
    const fates = settled.filter(({ things }) => isOwn(things)).map(({ fate }) => fate)
    yield* tellWriters(settled, fates.includes("unsure") ? from : undefined, mark)
    return worstOf([...fates, ...(isOwn((yield* mailbox.peek(to)).kept) ? [kept] : [])])
  })

  const deliver = Effect.fnUntraced(function* (to: Openid, { importance, content, ...about }: Parcel) {
    const outcomes: Array<Delivery> = []
    for (const part of carriable(content)) {
      const done = yield* deliverOne(to, { ...about, content: part }, importance)
      outcomes.push(done)
      if (done === "gone" || done === "refused" || done === "unsendable") break
    }
    return worstOf(outcomes)
  })

  /** Pushes folded messages until the mailbox is empty or the allowance is used; then looks once more for late comers. */
  const pushWaiting = Effect.fnUntraced(function* (to: Openid, importance: Importance) {
    const settled: Array<Settled> = []
    for (let more = true; more;) {
      const pushed = yield* mailbox.exclusively(to, pushFirst(to, importance))
      more = pushed?.more ?? false
      if (pushed?.settled !== undefined) settled.push(pushed.settled)
    }
    return settled
  })

  const pushFirst = Effect.fnUntraced(function* (to: Openid, importance: Importance) {
    const result = (more: boolean, settled?: Settled) => ({ more, settled })
    const mail = yield* mailbox.peek(to)
    const folded = fold(mail.kept, replyTextBytes)
    if (folded === undefined) return result(false)
    const things = mail.kept.slice(0, folded.taken)
    const outcome = yield* push(
      to,
      { content: folded.message, madeByAi: things.some(isOfChatbot) },
      importance
    )
    // Which of them was not to be sent shows when they go in smaller messages; that is kept, since the allowance may end before.
    const smaller = outcome === "refused" && things.length === 1 ? undefined : halved(things)
    if (mayBeForOne.has(outcome) && smaller !== undefined) {
      return result(yield* mailbox.take(to, mail, folded.taken, smaller))
    }
    const fate: Fate | PushOutcome = outcome === "tooLong" ? "unsendable" : outcome
    if (!isFate(fate)) {
      if (passes(fate)) yield* putOff.add(to)
      return result(false)
    }
    const taken = yield* mailbox.take(to, mail, folded.taken)
    return result(taken && fate !== "gone", { fate, things })
  })

  /** What was kept and came to nothing is told to whoever wrote it, who was told that it waits; not to who is just answered. */
  const tellWriters = (settled: ReadonlyArray<Settled>, answered?: Openid, own?: Marked["mark"]) =>
    Effect.forEach(
      wordsToWriters(settled, answered, own),
      ({ to, words, group }) => pushOrKeep(to, { content: text(words), group }, "line"),
      { discard: true }
    )

  const flush = Effect.fnUntraced(function* (to: Openid) {
    yield* tellWriters(yield* pushWaiting(to, "line"))
  })

  const showTyping = Effect.fnUntraced(function* (to: Openid) {
    if ((yield* pauseMillis) > 0) return
    const { allowance, version } = yield* ledger.read(to)
    if (version !== undefined) yield* typing(to, allowance.openedAtMillis)
  })

  const postMsg = Effect.fnUntraced(function* (to: Openid, words: string) {
    if (words === "") return false
    yield* flush(to)
    if ((yield* mailbox.peek(to)).kept.length > 0) return false
    for (const part of carriable(text(words))) {
      if ((yield* push(to, { content: part, madeByAi: false }, "line")) !== "pushed") return false
    }
    return true
  })

  yield* Effect.forkScoped(putOff.tryAgain(flush, pauseMillis))
  return Postman.of({
    deliver,
    mayPush: Effect.map(pauseMillis, (millis) => millis === 0),
    showTyping,
    linesAllowed,
    flush,
    postMsg: (to, words) => Effect.orElseSucceed(postMsg(to, words), () => false)
  })
})

/** An answer of the chatbot carries its label; what a person wrote is a person's, whatever it begins with. */
const isOfChatbot = ({ content, from }: Kept): boolean =>
  from === undefined && content._tag === "Text" && isMadeByAi(content.text)

/** Refused for one of several, perhaps, or for being too much. */
const mayBeForOne: ReadonlySet<PushOutcome> = new Set<PushOutcome>(["refused", "tooLong"])

/** It did not happen, and may later without anybody's doing. */
const passes = (outcome: PushOutcome): boolean =>
  typeof outcome === "object" ? outcome.passes : outcome === "notSent"

const isFate = (outcome: PushOutcome): outcome is Fate =>
  outcome === "pushed" ||
  outcome === "unsure" ||
  outcome === "refused" ||
  outcome === "unsendable" ||
  outcome === "gone"

const fromBestToWorst: ReadonlyArray<Delivery> = [
  "pushed",
  "kept",
  "unsure",
  "full",
  "unsendable",
  "refused",
  "gone"
]

const worstOf = (outcomes: ReadonlyArray<Delivery>): Delivery =>
  fromBestToWorst.findLast((one) => outcomes.includes(one)) ?? "pushed"

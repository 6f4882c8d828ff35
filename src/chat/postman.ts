/** The postman: brings words to a user by push while WeChat allows it, and keeps them in the mailbox otherwise. */
import { Clock, Context, Effect, Layer } from "effect"
import { isMadeByAi } from "../core/ai-label.ts"
import type { Importance } from "../core/allowance.ts"
import { text } from "../core/content.ts"
import { carriable, fold, halved, isOurs, type Kept, mustBeHeard, replyTextBytes } from "../core/folding.ts"
import type { Openid } from "../core/openid.ts"
import type { WriteId } from "../core/room.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import type { WeChatApi } from "../wechat/api.ts"
import { makeCurrentMail } from "./current-mail.ts"
import { type Delivery, type Fate, isFate, type Parcel, worstOf } from "./delivery.ts"
import { newWriteId } from "./identifiers.ts"
import { Ledger } from "./ledger.ts"
import { type Mail, Mailbox, type Marked } from "./mailbox.ts"
import { mayBeForOne, passes, type PushOutcome } from "./push-outcome.ts"
import { type DeliveryMode, makePushing, wanted } from "./pushing.ts"
import { makePutOff } from "./put-off.ts"
import type { Receiver } from "./receiver.ts"
import type { Sessions } from "./sessions.ts"
import { type Settled, wordsToWriters } from "./settled.ts"
import { makeTyping } from "./typing.ts"

export class Postman extends Context.Service<
  Postman,
  {
    /**
     * Delivers one thing behind whatever waits already; long texts go in parts. The worst outcome of the parts. `receiver`: where they were
     * just read.
     */
    readonly deliver: (
      to: Openid,
      parcel: Parcel,
      receiver?: Receiver
    ) => Effect.Effect<Delivery, MemcachedError>
    /** Counts the push of what is about to be delivered. Undefined: their window changed since, and has to be read again. */
    readonly reserve: (
      to: Openid,
      receiver: Receiver,
      importance: Importance
    ) => Effect.Effect<Receiver | undefined, MemcachedError>
    /** Takes that back, where nothing is delivered. */
    readonly release: (to: Openid, receiver: Receiver) => Effect.Effect<void>
    /** Whether this account may push at all at the moment. */
    readonly mayPush: Effect.Effect<boolean>
    /** Shows a user 对方正在输入… where that is allowed at the moment. */
    readonly showTyping: (to: Openid) => Effect.Effect<void, MemcachedError>
    /** How many messages `flush` may push to a user at the moment. */
    readonly linesAllowed: (to: Openid) => Effect.Effect<number, MemcachedError>
    /** Pushes what waits for a user whose window is open, as far as the allowance goes for things of this importance; lines without. */
    readonly flush: (to: Openid, importance?: Importance) => Effect.Effect<void, MemcachedError>
    /** The original interface's postMsg: a text now, within the allowance. True: WeChat took it; false: it did not, and nothing is kept. */
    readonly postMsg: (to: Openid, words: string) => Effect.Effect<boolean>
  }
>()("xiaohou/chat/Postman") {
  static readonly layer = (options: {
    readonly delivery: DeliveryMode
  }): Layer.Layer<Postman, never, Memcached | WeChatApi | Ledger | Mailbox | Sessions> =>
    Layer.effect(Postman, make(options.delivery))
}

const make = Effect.fnUntraced(function* (delivery: DeliveryMode) {
  const ledger = yield* Ledger
  const mailbox = yield* Mailbox
  const currentMail = yield* makeCurrentMail
  const memcached = yield* Memcached
  const putOff = yield* makePutOff
  const typing = yield* makeTyping
  const { push, reserve, release, maySend, pauseMillis, linesAllowed } = yield* makePushing(delivery)

  const read = Effect.fnUntraced(function* (to: Openid) {
    const now = yield* Clock.currentTimeMillis
    const [mail, window] = yield* memcached.askAll([mailbox.peeking(to), ledger.reading(to, now)])
    return { mail: yield* mail, window: yield* window } satisfies Receiver
  })

  /** Pushes one thing if nothing waits before it and that is allowed; otherwise puts it behind what waits. */
  const pushOrKeep = Effect.fnUntraced(function* (
    to: Openid,
    thing: Kept,
    importance: Importance,
    known?: Receiver,
    stillWanted: Effect.Effect<boolean> = wanted
  ) {
    const receiver: Receiver = known ?? (yield* read(to))
    const { mail, window, counted } = receiver
    const allowed = counted === true || (yield* maySend(window, importance))
    // The receiver may have acted at the same moment.
    if (mail.kept.length > 0 || !allowed) return yield* keepAll(to, mail, [thing], delivery === "active")
    const outcome = yield* push(
      to,
      { content: thing.content, madeByAi: isOfChatbot(thing), stillWanted },
      importance,
      receiver
    )
    if (outcome === "unwanted" || (outcome !== "unsure" && passes(outcome) && !(yield* stillWanted))) {
      return { done: "unwanted" as const }
    }
    if (isFate(outcome) && !(outcome === "unsure" && mustBeHeard(thing))) return { done: outcome }
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

  const deliverOne = Effect.fnUntraced(function* (
    to: Openid,
    thing: Kept,
    importance: Importance,
    receiver?: Receiver,
    stillWanted?: Effect.Effect<boolean>
  ) {
    const { done, tryOn }: Tried = yield* pushOrKeep(to, thing, importance, receiver, stillWanted)
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

  const deliver = Effect.fnUntraced(function* (to: Openid, parcel: Parcel, receiver?: Receiver) {
    const { importance, content, stillWanted, ...about } = parcel
    const outcomes: Array<Delivery> = []
    const parts = carriable(content)
    // All of a line or nothing of it.
    if (parts.length > 1 && !(yield* mailbox.hasRoom(to, parcel, parts.length))) return "full"
    for (const [place, part] of parts.entries()) {
      const known = place === 0 ? receiver : undefined
      const done = yield* deliverOne(to, { ...about, content: part }, importance, known, stillWanted)
      outcomes.push(done)
      if (endsAll.has(done)) break
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
    const mail = yield* currentMail(to)
    const folded = fold(mail.kept, replyTextBytes)
    if (folded === undefined) return result(false)
    const things = mail.kept.slice(0, folded.taken)
    const outcome = yield* push(
      to,
      { content: folded.message, madeByAi: things.some(isOfChatbot) },
      // What stands before a notice has to go first; a line behind it gets none of what is kept for notices.
      mail.kept.some(isOurs) ? importance : "line"
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
    const again = fate === "unsure" ? things.filter(mustBeHeard) : []
    const taken = yield* mailbox.take(to, mail, folded.taken, again)
    if (again.length > 0) yield* putOff.add(to)
    return result(taken && fate !== "gone" && again.length === 0, {
      fate,
      things: things.filter((one) => !again.includes(one))
    })
  })

  /** What was kept and came to nothing is told to whoever wrote it, who was told that it waits; not to who is just answered. */
  const tellWriters = (settled: ReadonlyArray<Settled>, answered?: Openid, own?: Marked["mark"]) =>
    Effect.forEach(
      wordsToWriters(settled, answered, own),
      ({ to, words, group }) => pushOrKeep(to, { content: text(words), group }, "line"),
      { discard: true }
    )

  const flush = Effect.fnUntraced(function* (to: Openid, importance: Importance = "line") {
    yield* tellWriters(yield* pushWaiting(to, importance))
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
    reserve,
    release,
    mayPush: Effect.map(pauseMillis, (millis) => millis === 0),
    showTyping,
    linesAllowed,
    flush,
    postMsg: (to, words) => Effect.orElseSucceed(postMsg(to, words), () => false)
  })
})

/** After these the other parts of a thing are not tried. */
const endsAll: ReadonlySet<Delivery> = new Set<Delivery>(["gone", "refused", "unsendable", "unwanted"])

/** `tryOn`: the mark of what was kept and may be pushed all the same. */
type Tried = { readonly done: Delivery; readonly tryOn?: WriteId }

/** An answer of the chatbot carries its label; what a person wrote is a person's, whatever it begins with. */
const isOfChatbot = ({ content, from }: Kept): boolean =>
  from === undefined && content._tag === "Text" && isMadeByAi(content.text)

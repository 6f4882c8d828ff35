import { Effect } from "effect"
import { type Content, text } from "../core/content.ts"
import { answerGroup, type Kept, replyTextBytes, split } from "../core/folding.ts"
import type { Openid } from "../core/openid.ts"
import { joined, planReply, type Said } from "../core/reply-plan.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { Background } from "./background.ts"
import { makeCurrentMail } from "./current-mail.ts"
import { type Mail, Mailbox } from "./mailbox.ts"
import { Postman } from "./postman.ts"

/** The reply and a push travel on different ways: what follows is sent when the reply had time to arrive. */
const afterReplyMillis = 300

/**
 * How long a reply waits for whoever else is at the mailbox: a push under way takes some 200 ms, and its words must not be overtaken.
 * Whoever is at it for longer may have died; then the user is answered without what waits.
 */
const holdWaitMillis = 1_000
const holdPollMillis = 50

/** What is answered in the exchange, and what is left to do once it was: the rest must not overtake it. */
export interface Reply {
  readonly answer: Content | undefined
  readonly carried?: Carried
  readonly afterwards?: Effect.Effect<void, MemcachedError>
}

/** What an answer says beside our own words: things that are out of the mailbox, and recorded with the answer. */
export interface Carried {
  /** Our own words without them; empty: none. */
  readonly own: string
  /** Back into the mailbox, in front, if nobody gives the answer. */
  readonly putBack: Effect.Effect<void, MemcachedError>
}

/** Records an answer, so that it outlives this server: another attempt of the same message gives it then. */
export type Recording = (answer: Content) => Effect.Effect<void>

/** What becomes of a reply while things wait for the user. */
export interface ComposeOptions {
  /** The reply if the mailbox changed since it was read, and what is said may be outdated. */
  readonly anew?: Effect.Effect<Reply> | undefined
  readonly record?: Recording | undefined
}

/**
 * Puts together what is answered in the exchange: what waited for the user first, then our own words (contract, "A reply
 * carries kept lines first"). What does not fit goes on by push, or waits.
 */
export const makeReplies = Effect.gen(function* () {
  const background = yield* Background
  const mailbox = yield* Mailbox
  const currentMail = yield* makeCurrentMail
  const postman = yield* Postman

  /** Our own words that did not fit into the exchange. */
  const afterwards = (openid: Openid, words: ReadonlyArray<string>) =>
    Effect.forEach(
      words,
      (part) => postman.deliver(openid, { content: text(part), group: answerGroup, importance: "notice" }),
      { discard: true }
    )

  /**
   * As planned, once our words that come behind the message stand in the mailbox, where they outlive this server and nothing overtakes
   * them, and what is in it was recorded and taken out; or `anew`, as in `compose`. Undefined: somebody else took something out.
   */
  const withMail = Effect.fnUntraced(function* (
    openid: Openid,
    read: Mail,
    said: ReadonlyArray<Said>,
    { anew, record = () => Effect.void }: ComposeOptions
  ) {
    // Who reads of a pair in this very answer reads of the end of the last one before it.
    const opensChat = said.some(({ opens }) => opens !== undefined)
    const mail = yield* opensChat ? mailbox.peek(openid) : currentMail(openid)
    if (anew !== undefined && mail.version !== read.version) return { anew }
    if (mail.kept.length === 0) return undefined
    const planned = planReply(mail.kept, said, yield* postman.linesAllowed(openid))
    const { message, taken, rest } = planned
    const gone = mail.kept.length - rest.length
    const isFront = rest.every((thing, place) => thing === mail.kept[gone + place])
    const plan = { ...planned, importance: isFront ? "line" : "notice" } as const
    // Our words first: once the answer is recorded, a server that dies leaves nobody who would say them.
    const staged = isFront ? mail : yield* staging(openid, mail, [...taken, ...rest])
    if (staged === undefined) return undefined
    const leaving = isFront ? gone : taken.length
    if (leaving === 0) return plan
    // Recorded before they are taken, so that a server that dies in between brings them twice rather than never.
    if (taken.length > 0) yield* record(message)
    return (yield* mailbox.take(openid, staged, leaving)) ? plan : undefined
  })

  /** The mailbox with all that was read replaced. Undefined: somebody else took something out. */
  const staging = Effect.fnUntraced(function* (openid: Openid, mail: Mail, next: ReadonlyArray<Kept>) {
    return (yield* mailbox.take(openid, mail, mail.kept.length, next))
      ? yield* mailbox.peek(openid)
      : undefined
  })

  /** What is said where nothing waits for the user, or what does cannot be had. */
  const withoutMail = (openid: Openid, said: ReadonlyArray<Said>, before: Effect.Effect<void>): Reply => {
    const [own = "", ...rest] = split(joined(said), replyTextBytes)
    const answer = own === "" ? undefined : text(own)
    if (rest.length === 0) return { answer }
    return {
      answer,
      afterwards: Effect.andThen(before, Effect.delay(afterwards(openid, rest), afterReplyMillis))
    }
  }

  const holdSoon = Effect.fnUntraced(function* (openid: Openid) {
    for (let waited = 0; waited < holdWaitMillis; waited += holdPollMillis) {
      if (yield* mailbox.hold(openid)) return true
      yield* Effect.sleep(holdPollMillis)
    }
    return false
  })

  /** Also if others are at the mailbox for long: they may have died. */
  const putBack = Effect.fnUntraced(function* (openid: Openid, things: ReadonlyArray<Kept>) {
    const isHeld = yield* holdSoon(openid)
    const isDone = yield* mailbox.putBack(openid, things)
    if (isHeld) yield* mailbox.letGo(openid)
    if (!isDone) yield* Effect.logWarning("lines that nobody was given could not be kept")
  })

  /** `mail`: the mailbox as it was read a moment ago, to save the look if it is empty. */
  const compose = Effect.fnUntraced(function* (
    openid: Openid,
    mail: Mail,
    said: ReadonlyArray<Said>,
    options: ComposeOptions = {}
  ): Effect.fn.Return<Reply> {
    if (mail.kept.length === 0) return withoutMail(openid, said, Effect.void)
    // The user is answered even when the mailbox cannot be read.
    const held = yield* Effect.orElseSucceed(holdSoon(openid), () => false)
    const planned = Effect.orElseSucceed(withMail(openid, mail, said, options), () => undefined)
    const plan = held ? yield* planned : undefined
    const letGo = yield* Effect.cached(held ? mailbox.letGo(openid) : Effect.void)
    yield* background.run(letGo)
    if (plan === undefined) return withoutMail(openid, said, letGo)
    if ("anew" in plan) return yield* Effect.andThen(letGo, plan.anew)
    const { message: answer, taken, own, rest, importance } = plan
    const carried = taken.length === 0 ? {} : { carried: { own, putBack: putBack(openid, taken) } }
    if (rest.length === 0) return { answer, ...carried }
    const more = Effect.delay(postman.flush(openid, importance), afterReplyMillis)
    return { answer, ...carried, afterwards: Effect.andThen(letGo, more) }
  })

  return { compose }
})

import { Effect } from "effect"
import { type Content, text } from "../core/content.ts"
import { composeReply, type Kept, messagesFor, replyTextBytes, split } from "../core/folding.ts"
import type { Openid } from "../core/openid.ts"
import { word } from "../core/wording.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { Background } from "./background.ts"
import { type Mail, Mailbox } from "./mailbox.ts"
import { Postman } from "./postman.ts"

/** The reply and a push travel on different ways: what follows is sent when the reply had time to arrive. */
const afterReplyMillis = 300

/** What is answered in the exchange, and what is left to do once it was: the rest must not overtake it. */
export interface Reply {
  readonly answer: Content | undefined
  readonly afterwards?: Effect.Effect<void, MemcachedError>
}

/**
 * Puts together what is answered in the exchange: what waited for the user first, then our own words (contract, "A reply
 * carries kept lines first"). What does not fit goes on by push, or waits.
 */
export const makeReplies = Effect.gen(function* () {
  const background = yield* Background
  const mailbox = yield* Mailbox
  const postman = yield* Postman

  /** Our own words that did not fit into the exchange. */
  const afterwards = (openid: Openid, words: ReadonlyArray<string>) =>
    Effect.forEach(
      words,
      (part) => postman.deliver(openid, { content: text(part), group: ownWords, importance: "notice" }),
      { discard: true }
    )

  const withMail = Effect.fnUntraced(function* (openid: Openid, own: string) {
    const mail = yield* mailbox.peek(openid)
    const whole = composeReply(mail.kept, own)
    const isAll = whole === undefined || whole.taken === mail.kept.length
    const composed = isAll ? whole : withRemaining(mail.kept, own, yield* postman.linesAllowed(openid))
    if (composed === undefined || !(yield* mailbox.take(openid, mail, composed.taken))) return undefined
    return { ...composed, remain: mail.kept.length > composed.taken }
  })

  /** `mail`: the mailbox as it was read a moment ago, to save the look when it is empty. */
  const compose = Effect.fnUntraced(function* (
    openid: Openid,
    mail: Mail,
    words: string
  ): Effect.fn.Return<Reply> {
    const [own = "", ...rest] = words === "" ? [] : split(words, replyTextBytes)
    const plain = own === "" ? undefined : text(own)
    if (mail.kept.length === 0) {
      if (rest.length === 0) return { answer: plain }
      return { answer: plain, afterwards: Effect.delay(afterwards(openid, rest), afterReplyMillis) }
    }
    // The user is answered even when the mailbox cannot be read.
    const held = yield* Effect.orElseSucceed(mailbox.hold(openid), () => false)
    const composed = held ? yield* Effect.orElseSucceed(withMail(openid, own), () => undefined) : undefined
    const left = composed === undefined || composed.ownIncluded ? rest : [own, ...rest]
    const letGo = yield* Effect.cached(held ? mailbox.letGo(openid) : Effect.void)
    yield* background.run(letGo)
    const answer = composed === undefined ? plain : composed.message
    const remain = composed?.remain === true
    if (left.length === 0 && !remain) return { answer }
    const more = Effect.andThen(afterwards(openid, left), remain ? postman.flush(openid) : Effect.void)
    return { answer, afterwards: Effect.andThen(letGo, Effect.delay(more, afterReplyMillis)) }
  })

  return { compose }
})

const ownWords = "answer"

/** As `composeReply`, where it cannot carry everything: says how many remain, and whether `pushes` suffice for them. */
const withRemaining = (kept: ReadonlyArray<Kept>, own: string, pushes: number) => {
  const withNote = (lines: number, follow: boolean) => {
    const note = word({ _tag: "Remaining", lines, follow })
    return own === "" ? note : `${own}\n${note}`
  }
  const taken = composeReply(kept, withNote(kept.length, false))?.taken ?? 0
  const rest = kept.slice(taken)
  // No more than these, even where a shorter note would leave room for one: its number counts the rest.
  return composeReply(
    kept.slice(0, taken),
    withNote(rest.length, messagesFor(rest, replyTextBytes) <= pushes)
  )
}

import { Effect } from "effect"
import { behindNewPair } from "../core/chat-news.ts"
import { tellsOfAnEnd } from "../core/old-ends.ts"
import type { Openid } from "../core/openid.ts"
import { inWords, joined, type Said } from "../core/reply-plan.ts"
import type { RoomId } from "../core/room.ts"
import type { Sentence } from "../core/sentence.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { Conversations } from "./conversations.ts"
import type { Finished } from "./late-answers.ts"
import { type Mail, Mailbox, noMail } from "./mailbox.ts"
import { Postman } from "./postman.ts"
import { makeReplies, type Recording } from "./replies.ts"
import { Sessions } from "./sessions.ts"

/** What an answer is for. `wroteLine`: they wrote something that a partner would have got. `record`: keeps an answer that carries what waits. */
export interface Composed {
  readonly wroteLine: boolean
  readonly record: Recording
}

/** Puts sentences into words, behind what waits for the user; `mail`: the mailbox, if it was just read. */
type Compose = (
  from: Openid,
  sentences: ReadonlyArray<Sentence>,
  composed: Composed,
  mail?: Mail
) => Effect.Effect<Finished>

/** `busy`: what is said when memcached cannot be reached. */
export const makeComposing = Effect.fnUntraced(function* (
  busy: (from: Openid, error: MemcachedError) => Effect.Effect<Finished>
) {
  const conversations = yield* Conversations
  const mailbox = yield* Mailbox
  const postman = yield* Postman
  const sessions = yield* Sessions
  const replies = yield* makeReplies

  /** The mailbox; `known` if it cannot be had. */
  const peek = (from: Openid, known = noMail) => Effect.orElseSucceed(mailbox.peek(from), () => known)

  const compose: Compose = Effect.fnUntraced(function* (from, sentences, composed, mail) {
    const pushes = yield* postman.mayPush
    // News of a chat may have become mail since the look: words that come now must not overtake it.
    const box = mail ?? (yield* peek(from))
    const isOver = box.kept.some(tellsOfAnEnd)
    const said = sentences.map((one): Said => {
      // What was typed to somebody who is gone was not meant for us.
      const fitting: Sentence = one._tag === "Hint" && isOver ? { _tag: "NotSent" } : one
      return inWords(fitting._tag === "Looking" && !pushes ? { ...fitting, askAgain: true } : fitting)
    })
    const mayPass = sentences.some(saysHowThingsStand)
    const reply = yield* replies.compose(from, box, said, {
      anew: mayPass ? composeAnew(from, sentences, composed) : undefined,
      record: composed.record
    })
    const isAlone = reply.answer?._tag === "Text" && reply.answer.text === joined(said)
    if (!isAlone) return reply
    if (saysOnlyLooking(sentences)) return { ...reply, restate: restated(from, composed) }
    const pair = sentences.find((one) => one._tag === "PairMade")
    return pair === undefined ? reply : { ...reply, isStillNews: isIn(from, pair.room) }
  })

  /** Who left the pair, or went on to another, was told of that; if it has only ended, word of the end comes behind that of the pair. */
  const isIn = (openid: Openid, room: RoomId) =>
    sessions.read(openid).pipe(
      Effect.map(({ value }) => value?.room === room),
      Effect.orElseSucceed(() => true)
    )

  /** What a user who waits is told instead of 正在配对 when that came too late. */
  const restated = (from: Openid, composed: Composed): Effect.Effect<Finished> =>
    Effect.suspend(() =>
      Effect.catch(
        Effect.flatMap(conversations.handle(from, { _tag: "Waited" }), ({ sentences }) =>
          compose(from, orNotSent(sentences, composed), composed)
        ),
        (error) => busy(from, error)
      )
    )

  /**
   * The same, when time has passed since it was found out what to say: others may have told of a pair, or of its end, meanwhile. How things stand is
   * looked at last, so that as little as possible happens between that and the answer.
   */
  const composeAnew = (
    from: Openid,
    sentences: ReadonlyArray<Sentence>,
    composed: Composed
  ): Effect.Effect<Finished> =>
    Effect.gen(function* () {
      const mail = yield* peek(from)
      const { _tag } = yield* conversations.chatOf(from)
      const news = yield* conversations.handle(from, { _tag: "Waited" })
      const isTold = news.sentences.length === 0
      const isOutdated = _tag === "Paired" && isTold ? saysLooking : saysHowThingsStand
      const lasting = sentences.filter((one) => !isOutdated(one))
      const wasJoined = isTold && sentences.some(saysLooking)
      const current = [...(wasJoined ? behindNewPair(lasting) : lasting), ...news.sentences]
      return yield* compose(from, orNotSent(current, composed), composed, mail)
    }).pipe(Effect.catch((error) => busy(from, error)))

  return { compose, composeAnew, peek }
})

/** Who wrote to nobody, and was told of a partner before the answer, would take silence for an arrival. */
const orNotSent = (sentences: ReadonlyArray<Sentence>, { wroteLine }: Composed): ReadonlyArray<Sentence> =>
  sentences.length === 0 && wroteLine ? [{ _tag: "NotSent" }] : sentences

const saysLooking = ({ _tag }: Sentence): boolean => _tag === "Looking"

/** What others may change, and tell, before it is read. */
export const saysHowThingsStand = (one: Sentence): boolean =>
  saysLooking(one) || one._tag === "StatusPaired" || one._tag === "PairingShown"

/** Nothing but 正在配对, or nothing at all. */
const saysOnlyLooking = (sentences: ReadonlyArray<Sentence>): boolean => sentences.every(saysLooking)

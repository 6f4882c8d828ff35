/** The inbox: one message in, one answer out, within WeChat's five seconds and only once, whatever a neighbour does. */
import { Clock, Context, Effect, Layer, Option } from "effect"
import { type Content, text } from "../core/content.ts"
import type { ChatEvent } from "../core/event.ts"
import type { Kept } from "../core/folding.ts"
import type { Openid } from "../core/openid.ts"
import { joined, type Said, whenFull } from "../core/reply-plan.ts"
import type { Sentence } from "../core/sentence.ts"
import { word } from "../core/wording.ts"
import { duplicateKey, type Incoming } from "../wechat/messages.ts"
import { laterMillis } from "./answer.ts"
import type { Background } from "./background.ts"
import { Conversations } from "./conversations.ts"
import { Duplicates, type Over } from "./duplicates.ts"
import { type Begun, countMessage, type Finished, makeExchange } from "./exchange.ts"
import { makeFirstAttempts } from "./first-attempts.ts"
import { eventOf, triggerOf } from "./incoming-event.ts"
import { Ledger } from "./ledger.ts"
import { type Mail, Mailbox } from "./mailbox.ts"
import { MessageLimit, type Pace } from "./message-limit.ts"
import { Postman } from "./postman.ts"
import { makeReplies } from "./replies.ts"
import { LinkSecret, makeFollowerHash } from "./secret-keys.ts"
import { Sessions } from "./sessions.ts"
import { makeTurns } from "./turns.ts"

export class Inbox extends Context.Service<
  Inbox,
  {
    /**
     * What to answer in the exchange; undefined: nothing to say. To be interrupted when WeChat hangs up: an answer that comes too
     * late is delivered afterwards.
     */
    readonly answer: (incoming: Incoming) => Effect.Effect<Content | undefined>
  }
>()("xiaohou/chat/Inbox") {
  static readonly layer: Layer.Layer<
    Inbox,
    never,
    Background | Conversations | Duplicates | Ledger | Mailbox | MessageLimit | Postman | Sessions
  > = Layer.effect(
    Inbox,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const conversations = yield* Conversations
  const duplicates = yield* Duplicates
  const ledger = yield* Ledger
  const mailbox = yield* Mailbox
  const limit = yield* MessageLimit
  const postman = yield* Postman
  const sessions = yield* Sessions
  const replies = yield* makeReplies
  const exchange = yield* makeExchange
  const inTurn = makeTurns<Openid>()
  const isFirstAttempt = makeFirstAttempts()
  const followerHash = makeFollowerHash(yield* LinkSecret)

  const tooFast = (from: Openid) =>
    Effect.logWarning("somebody sends too many messages; the rest of this minute is not worked on", {
      follower: followerHash(from)
    })

  const opened = (incoming: Incoming) => {
    const trigger = triggerOf(incoming)
    return trigger === undefined ? Effect.void : Effect.ignore(ledger.open(incoming.from, trigger))
  }

  const mailOf = (openid: Openid): Effect.Effect<Mail> =>
    Effect.orElseSucceed(mailbox.peek(openid), () => ({ kept: [], version: undefined }))

  /** Claims a message, and looks at what an answer needs. */
  const claim = Effect.fnUntraced(function* (incoming: Incoming, event: ChatEvent, over: Over | undefined) {
    const { from } = incoming
    const key = duplicateKey(incoming)
    const claiming = duplicates.tryClaim(key, over)
    const counting = isCounted(event) ? limit.count(from) : Effect.succeed<Pace>("fine")
    // The window opens before the mailbox is read: who keeps something after that look finds it open, and pushes.
    const looking = Effect.all([opened(incoming), sessions.read(from), mailOf(from), counting], {
      concurrency: "unbounded"
    })
    if (isFirstAttempt(key, incoming.createTimeSeconds, yield* Clock.currentTimeMillis)) {
      const [claimed, seen] = yield* Effect.all([claiming, looking], { concurrency: "unbounded" })
      return claimed._tag === "Mine" ? { ...claimed, seen } : claimed
    }
    // Sent again, perhaps: WeChat opened a window with the first attempt only, and the user wrote once.
    const claimed = yield* claiming
    return claimed._tag === "Mine" ? { ...claimed, seen: yield* looking } : claimed
  })

  const compose: Compose = Effect.fnUntraced(function* (from, sentences, mail) {
    const pushes = yield* postman.mayPush
    // News of a chat may have become mail since the look: words that come now must not overtake it.
    const box = mail ?? (yield* mailOf(from))
    const isOver = box.kept.some(tellsOfAnEnd)
    const said = sentences.map((one): Said => {
      // What was typed to somebody who is gone was not meant for us.
      const fitting: Sentence = one._tag === "Hint" && isOver ? { _tag: "NotSent" } : one
      const words = word(fitting._tag === "Looking" && !pushes ? { ...fitting, askAgain: true } : fitting)
      return { words, whenFull: whenFull(fitting) }
    })
    const reply = yield* replies.compose(from, box, said)
    const isStatus =
      reply.answer?._tag === "Text" && reply.answer.text === joined(said) && saysOnlyLooking(sentences)
    return isStatus ? { ...reply, restate: restated(from) } : reply
  })

  /** What a user who waits is told instead of 正在配对 when that came too late. */
  const restated = (from: Openid): Effect.Effect<Finished> =>
    Effect.suspend(() =>
      Effect.catch(
        Effect.flatMap(conversations.handle(from, { _tag: "Waited" }), ({ sentences }) =>
          compose(from, sentences)
        ),
        (error) => exchange.busy(from, error)
      )
    )

  /** Brings the event to the conversation, unless another attempt did or does. Gives what is left to do after the turn. */
  const begin = Effect.fnUntraced(function* (incoming: Incoming, event: ChatEvent, over: Over | undefined) {
    const { from } = incoming
    const claimed = yield* claim(incoming, event, over)
    if (claimed._tag !== "Mine") return claimed
    const [, session, mail, pace] = claimed.seen
    if (pace !== "fine") {
      if (pace === "justOver") yield* tooFast(from)
      const answer = pace === "justOver" ? text(word({ _tag: "TooFast" })) : undefined
      return { _tag: "Begun", claim: claimed, rest: Effect.succeed({ answer }) } satisfies Begun
    }
    const answering = Effect.gen(function* () {
      const { sentences, later } = yield* conversations.handle(from, event, {
        session,
        ...(claimed.takenOver ? { begunAtMillis: claimed.firstClaimedAtMillis } : {}),
        firstToSend: claimed.firstToSend
      })
      if (later === undefined) {
        // News of a chat may have become mail since the look: words that come now must not overtake it. Nor may words of a
        // search or a pair wait: it can change at any moment, and that is told by push. Without a room there is no news.
        const isFresh =
          session.value?.room === undefined || sentences.length === 0 || sentences.some(tellsOfAChat)
        return { rest: Effect.succeed(yield* compose(from, sentences, isFresh ? mail : undefined)) }
      }
      const rest = later(claimed.firstClaimedAtMillis + laterMillis).pipe(
        Effect.flatMap((more) => compose(from, [...sentences, ...more])),
        Effect.catch((error) => exchange.busy(from, error))
      )
      return { rest }
    })
    const { rest } = yield* claimed.alive(
      Effect.catch(answering, (error) => Effect.succeed({ rest: exchange.busy(from, error) }))
    )
    return { _tag: "Begun", claim: claimed, rest } satisfies Begun
  })

  /** An event that says nothing to us may still allow pushes, such as a scanned code. */
  const ignore = Effect.fnUntraced(function* (incoming: Incoming) {
    yield* countMessage(incoming, "ignored")
    if (triggerOf(incoming) === undefined) return undefined
    const claimed = yield* Effect.option(duplicates.tryClaim(duplicateKey(incoming)))
    if (Option.isNone(claimed) || claimed.value._tag !== "Mine") return undefined
    yield* Effect.all([claimed.value.settle(undefined), opened(incoming)], { concurrency: "unbounded" })
    return undefined
  })

  return Inbox.of({
    answer: (incoming) => {
      const event = eventOf(incoming)
      if (event === undefined) return ignore(incoming)
      return exchange.answer({
        incoming,
        key: duplicateKey(incoming),
        begin: (over) => inTurn(incoming.from, begin(incoming, event, over))
      })
    }
  })
})

/** Whoever floods can still go, and come back. */
const isCounted = (event: ChatEvent): boolean => event._tag !== "Followed" && event._tag !== "Unfollowed"

const tellsOfAChat = ({ _tag }: Sentence): boolean =>
  _tag === "Looking" || _tag === "PairMade" || _tag === "StatusPaired" || _tag === "PairingShown"

const ends: ReadonlySet<string> = new Set([word({ _tag: "PartnerLeft" }), word({ _tag: "IdleEnded" })])

const tellsOfAnEnd = ({ content, from }: Kept): boolean =>
  from === undefined && content._tag === "Text" && ends.has(content.text)

/** Nothing but 正在配对, or nothing at all. */
const saysOnlyLooking = (sentences: ReadonlyArray<Sentence>): boolean =>
  sentences.every(({ _tag }) => _tag === "Looking")

/** Puts sentences into words, behind what waits for the user; `mail`: the mailbox, where it was just read. */
type Compose = (from: Openid, sentences: ReadonlyArray<Sentence>, mail?: Mail) => Effect.Effect<Finished>

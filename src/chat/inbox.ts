/** The inbox: one message in, one answer out, within WeChat's five seconds and only once, whatever a neighbour does. */
import { Clock, Context, Effect, Layer, Option } from "effect"
import { type Content, text } from "../core/content.ts"
import { type ChatEvent, isLine } from "../core/event.ts"
import type { Openid } from "../core/openid.ts"
import { word } from "../core/wording.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { duplicateKey, type Incoming } from "../wechat/messages.ts"
import { makeFollowsAgain } from "./acted-after.ts"
import { firstAttemptMillis, laterMillis, madeEarlierMillis } from "./answer.ts"
import type { Background } from "./background.ts"
import type { Blocks } from "./blocks.ts"
import type { Campus } from "./campus.ts"
import type { Mine } from "./claim.ts"
import { type Composed, makeComposing, saysHowThingsStand } from "./composing.ts"
import { Conversations } from "./conversations.ts"
import { type Answered, Duplicates, type Over } from "./duplicates.ts"
import { type Begun, makeExchange } from "./exchange.ts"
import { makeFirstAttempts } from "./first-attempts.ts"
import { eventOf, triggerOf } from "./incoming-event.ts"
import { Ledger } from "./ledger.ts"
import type { Mailbox } from "./mailbox.ts"
import type { MessageLimit } from "./message-limit.ts"
import { makeMessageLook, type Seen } from "./message-look.ts"
import { Postman } from "./postman.ts"
import { LinkSecret, makeFollowerHash } from "./secret-keys.ts"
import type { Rooms } from "./rooms.ts"
import type { Sessions } from "./sessions.ts"
import { makeTurns } from "./turns.ts"
import { makeLateUnfollowing } from "./unfollowing.ts"

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
    | Background
    | Blocks
    | Campus
    | Conversations
    | Duplicates
    | Ledger
    | Mailbox
    | Memcached
    | MessageLimit
    | Postman
    | Rooms
    | Sessions
  > = Layer.effect(
    Inbox,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const followsAgain = yield* makeFollowsAgain
  const conversations = yield* Conversations
  const duplicates = yield* Duplicates
  const ledger = yield* Ledger
  const memcached = yield* Memcached
  const postman = yield* Postman
  const look = yield* makeMessageLook
  const exchange = yield* makeExchange
  const { compose, composeAnew, peek } = yield* makeComposing(exchange.busy)
  const late = yield* makeLateUnfollowing
  const inTurn = makeTurns<Openid>()
  const isFirstAttempt = makeFirstAttempts()
  const followerHash = makeFollowerHash(yield* LinkSecret)

  const tooFast = (from: Openid) =>
    Effect.logWarning("somebody sends too many messages; the rest of this minute is not worked on", {
      follower: followerHash(from)
    })

  /** Claims a message, and looks at what an answer needs. */
  const claim = Effect.fnUntraced(function* (message: Message, over: Over | undefined) {
    const { incoming, event, key } = message
    const claiming = yield* duplicates.claiming(key, over)
    const nowMillis = yield* Clock.currentTimeMillis
    if (isFirstAttempt(key, incoming.createTimeSeconds, nowMillis)) {
      const { asks, seen } = look(incoming, event, nowMillis)
      const [asked, ...looked] = yield* memcached.askAll([claiming.ask, ...asks])
      const claimed = yield* claiming.outcome(asked)
      return claimed._tag === "Mine" ? { ...claimed, seen: yield* seen(looked), nowMillis } : claimed
    }
    // Sent again, perhaps: WeChat opened a window with the first attempt only, and the user wrote once.
    const [asked] = yield* memcached.askAll([claiming.ask])
    const claimed = yield* claiming.outcome(asked)
    if (claimed._tag !== "Mine") return claimed
    const { asks, seen } = look(incoming, event, nowMillis)
    return { ...claimed, seen: yield* seen(yield* memcached.askAll(asks)), nowMillis }
  })

  /** Brings the event to the conversation, unless another attempt did or does. Gives what is left to do after the turn. */
  const begin = Effect.fnUntraced(function* (message: Message, over: Over | undefined) {
    const { from } = message.incoming
    const claimed = yield* claim(message, over)
    if (claimed._tag !== "Mine") return claimed
    const madeAtMillis = madeMillis(message, claimed)
    if (message.event._tag === "Unfollowed" && (yield* followsAgain(from, madeAtMillis))) {
      return { _tag: "Begun", claim: claimed, rest: Effect.succeed({ answer: undefined }) } satisfies Begun
    }
    const { pace } = claimed.seen
    if (pace !== "fine") {
      if (pace === "justOver") yield* tooFast(from)
      const answer = pace === "justOver" ? text(word({ _tag: "TooFast" })) : undefined
      return { _tag: "Begun", claim: claimed, rest: Effect.succeed({ answer }) } satisfies Begun
    }
    const rest = yield* claimed.alive(
      Effect.catch(answering(message, claimed), (error) =>
        message.event._tag === "Unfollowed" ? Effect.fail(error) : Effect.succeed(exchange.busy(from, error))
      )
    )
    return { _tag: "Begun", claim: claimed, rest } satisfies Begun
  })

  /**
   * Like `begin`. A user who unfollowed need not hear that memcached is away, but what they leave behind has to be deleted all
   * the same.
   */
  const begun = (message: Message, over: Over | undefined) =>
    message.event._tag === "Unfollowed"
      ? Effect.catch(begin(message, over), (error) => unfollowedLate(message.incoming.from, error))
      : begin(message, over)

  const unfollowedLate = (from: Openid, error: MemcachedError) =>
    Effect.logWarning("somebody unfollowed while memcached was away; the rest is done when it is back", {
      follower: followerHash(from),
      problem: error.message
    }).pipe(Effect.andThen(late.unfollowed(from)), Effect.as(silent))

  const answering = Effect.fnUntraced(function* (message: Message, claimed: Claimed) {
    const { incoming, event } = message
    const { from } = incoming
    const { session, prefetched } = claimed.seen
    const { mail, readAtMillis } = yield* mailOf(from, claimed)
    const composed: Composed = { wroteLine: isLine(event), record: claimed.offer }
    const { sentences, later } = yield* conversations.handle(from, event, {
      ...(session === undefined ? {} : { session }),
      prefetched,
      waiting: mail.kept,
      madeAtMillis: madeMillis(message, claimed),
      ...(claimed.takenOver ? { begunAtMillis: claimed.firstClaimedAtMillis } : {}),
      firstToSend: claimed.firstToSend
    })
    if (later === undefined) {
      // Since the mailbox was read, a notice about a chat may have been put there, which other words must not overtake: so it is
      // read again. Not for words about a search or a pair, which can change at any moment (that is told by push), and not for a
      // user without a room, who gets no such notice. Word of a new pair leaves at once: the next is told by push, and must not come first.
      const isFresh =
        sentences.length === 0 ||
        sentences.some(({ _tag }) => _tag === "PairMade") ||
        ((yield* Clock.currentTimeMillis) - readAtMillis < freshMillis &&
          ((session !== undefined && session.value?.room === undefined) ||
            sentences.some(saysHowThingsStand)))
      const isOutdated = !isFresh && sentences.some(saysHowThingsStand)
      const known = isFresh ? mail : undefined
      return Effect.succeed(yield* (isOutdated ? composeAnew : compose)(from, sentences, composed, known))
    }
    const byMillis = (yield* firstMillis(incoming, claimed)) + laterMillis
    return later(byMillis).pipe(
      Effect.flatMap((more) => compose(from, [...sentences, ...more], composed)),
      Effect.catch((error) => exchange.busy(from, error))
    )
  })

  /** The mailbox as it was seen, unless that was long ago already. */
  const mailOf = Effect.fnUntraced(function* (openid: Openid, { seen, nowMillis }: Claimed) {
    const readAtMillis = yield* Clock.currentTimeMillis
    return readAtMillis - nowMillis < freshMillis
      ? { mail: seen.mail, readAtMillis: nowMillis }
      : { mail: yield* peek(openid, seen.mail), readAtMillis }
  })

  /**
   * When the first attempt was made. If pushes are possible, the time of the claim will do: what is too late for the last
   * attempt is pushed.
   */
  const firstMillis = ({ createTimeSeconds }: Incoming, { firstClaimedAtMillis }: Mine) =>
    Effect.map(postman.mayPush, (pushes) =>
      pushes ? firstClaimedAtMillis : firstAttemptMillis(createTimeSeconds, firstClaimedAtMillis)
    )

  /** An event that says nothing to us may still allow pushes, such as a scanned code. */
  const ignore = Effect.fnUntraced(function* (incoming: Incoming) {
    exchange.count(incoming, "ignored")
    const trigger = triggerOf(incoming)
    if (trigger === undefined) return undefined
    const claimed = yield* Effect.option(duplicates.tryClaim(duplicateKey(incoming)))
    if (Option.isNone(claimed) || claimed.value._tag !== "Mine") return undefined
    yield* Effect.all([claimed.value.settle(undefined), Effect.ignore(ledger.open(incoming.from, trigger))], {
      concurrency: "unbounded"
    })
    return undefined
  })

  return Inbox.of({
    answer: (incoming) => {
      const event = eventOf(incoming)
      if (event === undefined) return ignore(incoming)
      const key = duplicateKey(incoming)
      if (event._tag === "Followed") late.followed(incoming.from)
      return exchange.answer({
        incoming,
        key,
        begin: (over, cameMillis) => {
          const message: Message = { incoming, event, key, cameMillis }
          return inTurn(incoming.from, begun(message, over))
        }
      })
    }
  })
})

/** A mailbox that was read longer ago is read again in any case: in so much time a chat ends, and the notice of it is kept. */
const freshMillis = 100

/** A message that is worked on, with what was seen of its sender at `nowMillis`. */
type Claimed = Mine & { readonly seen: Seen; readonly nowMillis: number }

const silent: Answered = { _tag: "Answered", answer: undefined }

/** A message that means something for the sender's chat. */
interface Message {
  readonly incoming: Incoming
  readonly event: ChatEvent
  /** The same for every attempt to deliver it. */
  readonly key: string
  /** When this attempt came, milliseconds since 1970. */
  readonly cameMillis: number
}

/** When a message was made whose first attempt nobody claimed. */
const madeMillis = ({ incoming, cameMillis }: Message, { takenOver, firstClaimedAtMillis }: Mine) =>
  madeEarlierMillis(incoming.createTimeSeconds, takenOver ? firstClaimedAtMillis : cameMillis)

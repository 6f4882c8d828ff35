/** The inbox: one message in, one answer out, within WeChat's five seconds and only once, whatever a neighbour does. */
import { Context, Deferred, Effect, Layer, Metric, Option } from "effect"
import { type Content, text } from "../core/content.ts"
import type { ChatEvent } from "../core/event.ts"
import type { Openid } from "../core/openid.ts"
import type { Sentence } from "../core/sentence.ts"
import { word } from "../core/wording.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { duplicateKey, type Incoming } from "../wechat/messages.ts"
import { Background } from "./background.ts"
import { type Answer, Conversations } from "./conversations.ts"
import { type Claim, Duplicates, underwayPollMillis } from "./duplicates.ts"
import { eventOf, triggerOf } from "./incoming-event.ts"
import { Ledger } from "./ledger.ts"
import { type Mail, Mailbox } from "./mailbox.ts"
import { MessageLimit, type Pace } from "./message-limit.ts"
import { Postman } from "./postman.ts"
import { makeReplies } from "./replies.ts"
import { LinkSecret, makeFollowerHash } from "./secret-keys.ts"
import { Sessions } from "./sessions.ts"
import { makeTurns } from "./turns.ts"

/** WeChat hangs up after 5 s (protocol notes 3.1); half a second is left for the way. */
export const replyBudgetMillis = 4_500

/** Messages by kind and by what became of them. */
export const messagesTotal = Metric.counter("messages_total", {
  description: "Messages from users, by kind and outcome",
  incremental: true
})

export class Inbox extends Context.Service<
  Inbox,
  {
    /** What to answer in the exchange; undefined: nothing to say. An answer that comes too late is delivered afterwards. */
    readonly answer: (incoming: Incoming) => Effect.Effect<Content | undefined>
  }
>()("xiaohou/chat/Inbox") {
  static readonly layer: Layer.Layer<
    Inbox,
    never,
    Background | Conversations | Duplicates | Ledger | Mailbox | MessageLimit | Postman | Sessions
  > = Layer.effect(
    Inbox,
    Effect.gen(function* () {
      const background = yield* Background
      const conversations = yield* Conversations
      const duplicates = yield* Duplicates
      const ledger = yield* Ledger
      const mailbox = yield* Mailbox
      const limit = yield* MessageLimit
      const postman = yield* Postman
      const sessions = yield* Sessions
      const replies = yield* makeReplies
      const inTurn = makeTurns<Openid>()
      const followerHash = makeFollowerHash(yield* LinkSecret)

      const unavailable = (from: Openid, error: MemcachedError) =>
        Effect.logWarning("a message could not be worked on", {
          follower: followerHash(from),
          problem: error.message
        })

      const tooFast = (from: Openid) =>
        Effect.logWarning("somebody sends too many messages; the rest of this minute is not worked on", {
          follower: followerHash(from)
        })

      const opened = (incoming: Incoming) => {
        const trigger = triggerOf(incoming)
        return trigger === undefined ? Effect.void : ledger.open(incoming.from, trigger)
      }

      const mailOf = (openid: Openid): Effect.Effect<Mail> =>
        Effect.orElseSucceed(mailbox.peek(openid), () => ({ kept: [], version: undefined }))

      /** Works on a message, unless that was or is being done. Fails only when memcached cannot be reached. */
      const tryWork = Effect.fnUntraced(function* (
        incoming: Incoming,
        event: ChatEvent,
        counted: Effect.Effect<Pace>
      ) {
        const { from } = incoming
        // The window opens before the mailbox is read: who keeps something after that look finds it open, and pushes.
        const [, claim, session, mail, pace] = yield* Effect.all(
          [
            Effect.ignore(opened(incoming)),
            duplicates.tryClaim(duplicateKey(incoming)),
            sessions.read(from),
            mailOf(from),
            counted
          ],
          { concurrency: "unbounded" }
        )
        if (claim._tag === "Underway") return undefined
        if (claim._tag === "Answered") return { answer: claim.answer, settle: undefined } satisfies Worked
        if (pace !== "fine") {
          if (pace === "justOver") yield* tooFast(from)
          const answer = pace === "justOver" ? text(word({ _tag: "TooFast" })) : undefined
          return { answer, settle: claim.settle } satisfies Worked
        }
        const compose = Effect.fnUntraced(function* (sentences: Answer) {
          // News of a chat may have become mail since the look: words that come now must not overtake it. Nor may words of a
          // search or a pair wait: it can change at any moment, and that is told by push.
          const isFresh =
            session.value === undefined || sentences.length === 0 || sentences.some(tellsOfAChat)
          const words = sentences.map(word).join("\n")
          return yield* replies.compose(from, isFresh ? mail : yield* mailOf(from), words)
        })
        const answer = yield* conversations.handle(from, event, session, claim.writtenAtMillis).pipe(
          Effect.flatMap(compose),
          Effect.catch((error) => Effect.as(unavailable(from, error), text(word({ _tag: "Busy" }))))
        )
        return { answer, settle: claim.settle } satisfies Worked
      })

      /** The same until it is done. Who waits for another server does not keep the user's next message from its turn. */
      const work = Effect.fnUntraced(function* (incoming: Incoming, event: ChatEvent) {
        const counted = yield* Effect.cached(
          isCounted(event) ? limit.count(incoming.from) : Effect.succeed<Pace>("fine")
        )
        for (;;) {
          const worked = yield* inTurn(incoming.from, tryWork(incoming, event, counted))
          if (worked !== undefined) return worked
          yield* Effect.sleep(underwayPollMillis)
        }
      })

      const answerNow = Effect.fnUntraced(function* (incoming: Incoming, event: ChatEvent) {
        const result = yield* Deferred.make<Content | undefined>()
        let late = false
        // What comes too late for the exchange comes by push or waits in the mailbox; whoever worked on it sends it, and leaves
        // nothing to say to the attempts that still wait.
        const finish = Effect.fnUntraced(function* ({ answer, settle }: Worked) {
          if (settle === undefined || !late) {
            yield* Deferred.succeed(result, answer)
            if (settle !== undefined) yield* settle(answer)
            return
          }
          yield* settle(undefined)
          if (answer === undefined) return
          yield* postman.deliver(incoming.from, { content: answer, group: "answer", importance: "notice" })
        })
        yield* background.run(
          work(incoming, event).pipe(
            Effect.catch((error) =>
              Effect.as(unavailable(incoming.from, error), {
                answer: text(word({ _tag: "Busy" })),
                settle: undefined
              })
            ),
            Effect.flatMap(finish)
          )
        )
        const inTime = yield* Effect.timeoutOption(Deferred.await(result), replyBudgetMillis)
        late = Option.isNone(inTime)
        const answer = Option.getOrUndefined(inTime)
        yield* count(incoming, late ? "late" : answer === undefined ? "silent" : "answered")
        return answer
      })

      return Inbox.of({
        answer: (incoming) => {
          const event = eventOf(incoming)
          if (event !== undefined) return answerNow(incoming, event)
          return Effect.as(
            Effect.andThen(Effect.ignore(opened(incoming)), count(incoming, "ignored")),
            undefined
          )
        }
      })
    })
  )
}

/** What a message came to; `settle` records it where this attempt did the work. */
interface Worked {
  readonly answer: Content | undefined
  readonly settle: Extract<Claim, { readonly _tag: "Mine" }>["settle"] | undefined
}

/** Whoever floods can still go, and come back. */
const isCounted = (event: ChatEvent): boolean => event._tag !== "Followed" && event._tag !== "Unfollowed"

const tellsOfAChat = ({ _tag }: Sentence): boolean =>
  _tag === "Looking" || _tag === "PairMade" || _tag === "StatusPaired" || _tag === "PairingShown"

const count = (incoming: Incoming, outcome: "answered" | "silent" | "late" | "ignored") =>
  Metric.update(Metric.withAttributes(messagesTotal, { kind: incoming._tag, outcome }), 1)

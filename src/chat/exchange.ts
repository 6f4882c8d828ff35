import { Clock, Deferred, Effect, Exit, Metric } from "effect"
import { type Content, text } from "../core/content.ts"
import type { Openid } from "../core/openid.ts"
import { word } from "../core/wording.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import type { Incoming } from "../wechat/messages.ts"
import { firstAttemptMillis, lastAttemptEndsMillis, replyBudgetMillis } from "./answer.ts"
import { makeAlarms } from "../event-loop/alarms.ts"
import { Background } from "./background.ts"
import type { Mine } from "./claim.ts"
import { type Answered, Duplicates, type Over, type Underway } from "./duplicates.ts"
import { type Finished, makeLateAnswers } from "./late-answers.ts"
import { Postman } from "./postman.ts"
import { LinkSecret, makeFollowerHash } from "./secret-keys.ts"

/** This attempt works on the message, and has done what belongs into the user's turn. */
export interface Begun {
  readonly _tag: "Begun"
  readonly claim: Mine
  readonly rest: Effect.Effect<Finished>
}

/** One attempt to deliver a message: how to begin to work on it, unless another attempt did. */
export interface Attempt {
  readonly incoming: Incoming
  /** The same for every attempt of this message. */
  readonly key: string
  /** `cameMillis`: when the attempt came, milliseconds since 1970. */
  readonly begin: (
    over: Over | undefined,
    cameMillis: number
  ) => Effect.Effect<Begun | Answered | Underway, MemcachedError>
}

/** An attempt that is being answered. */
interface Exchange extends Attempt {
  /** When it came, milliseconds since 1970. */
  readonly cameMillis: number
  /** What is heard of the message next. */
  heard: Deferred.Deferred<Heard>
  /** It was answered, or WeChat hung up. */
  isOver: boolean
}

/**
 * Answers one attempt: with the answer if it comes within the budget, on whatever server it is worked on; otherwise with nothing, and
 * then the answer is pushed. Where nothing can be pushed the exchange is held instead, until WeChat hangs up and sends the
 * message again; only the last attempt has to be answered in any case.
 */
export const makeExchange = Effect.gen(function* () {
  const background = yield* Background
  const duplicates = yield* Duplicates
  const postman = yield* Postman
  const followerHash = makeFollowerHash(yield* LinkSecret)
  const count = yield* makeMessageCount
  const finishLate = yield* makeLateAnswers
  const budgetEnds = yield* makeAlarms(replyBudgetMillis)

  /** What is said when memcached cannot be reached. */
  const busy = (from: Openid, error: MemcachedError): Effect.Effect<Finished> =>
    Effect.as(
      Effect.logWarning("a message could not be worked on", {
        follower: followerHash(from),
        problem: error.message
      }),
      broken
    )

  const work = Effect.fnUntraced(function* (exchange: Exchange, over: Over | undefined) {
    const { incoming, begin, cameMillis } = exchange
    const begun = yield* Effect.catch(begin(over, cameMillis), (error) =>
      Effect.map(busy(incoming.from, error), answered)
    )
    if (begun._tag !== "Begun") {
      tell(exchange, begun)
      return
    }
    const { claim } = begun
    const finished = yield* claim.alive(begun.rest)
    const isInTime = !exchange.isOver && tell(exchange, answered(finished))
    const given = isInTime
      ? yield* Effect.as(claim.settle(finished.answer), finished)
      : yield* finishLate({
          from: incoming.from,
          claim,
          finished,
          lastEndsMillis: lastAttemptEnds(exchange, claim.firstClaimedAtMillis)
        })
    if (given.afterwards !== undefined) yield* given.afterwards
  })

  /** If that breaks the user hears so, and not nothing. */
  const working = (exchange: Exchange, over: Over | undefined) =>
    background.run(
      Effect.tapCause(work(exchange, over), () => Effect.sync(() => tell(exchange, answered(broken))))
    )

  /** The answer, from whomever it comes. */
  const listen = Effect.fnUntraced(function* (exchange: Exchange, heard: Heard) {
    for (let latest = heard; ;) {
      if (latest._tag === "Answered") return latest.answer
      if (latest._tag === "Underway") {
        const ended = yield* duplicates.whenOver(exchange.key)
        if (ended._tag === "Answered") return ended.answer
        exchange.heard = Deferred.makeUnsafe()
        yield* working(exchange, ended)
      }
      latest = yield* Deferred.await(exchange.heard)
    }
  })

  const patience = Effect.fnUntraced(function* (exchange: Exchange, latest: Heard) {
    const { key, cameMillis } = exchange
    if (latest._tag !== "Late") {
      yield* Effect.sleep(cameMillis + replyBudgetMillis - (yield* Clock.currentTimeMillis))
    }
    if (yield* postman.mayPush) return undefined
    const endsMillis = lastAttemptEnds(exchange, yield* duplicates.claimedAtMillis(key))
    yield* Effect.raceFirst(
      Effect.sleep(Math.max(0, endsMillis - (yield* Clock.currentTimeMillis))),
      background.ending
    )
    return text(word({ _tag: "StillWorking" }))
  })

  const waited = (exchange: Exchange, latest: Heard) =>
    Effect.raceFirst(
      listen(exchange, latest).pipe(
        Effect.catch((error) => Effect.map(busy(exchange.incoming.from, error), ({ answer }) => answer)),
        Effect.map(endedWith)
      ),
      Effect.map(patience(exchange, latest), (answer): Ended => ({ answer, outcome: "late" }))
    )

  const answer = (attempt: Attempt): Effect.Effect<Content | undefined> =>
    Effect.clockWith((clock) => {
      const cameMillis = clock.currentTimeMillisUnsafe()
      const exchange: Exchange = { ...attempt, cameMillis, heard: Deferred.makeUnsafe(), isOver: false }
      const takeBack = budgetEnds.set(Effect.sync(() => tell(exchange, late)))

      const ended = working(exchange, undefined).pipe(
        Effect.andThen(Deferred.await(exchange.heard)),
        Effect.flatMap((first) => {
          takeBack()
          // Nearly every message is over with this.
          if (first._tag === "Answered") return Effect.succeed(endedWith(first.answer))
          // Whoever is late goes on to listen, where nothing can be pushed.
          if (first._tag === "Late") exchange.heard = Deferred.makeUnsafe()
          return waited(exchange, first)
        }),
        Effect.onExit((exit) => {
          takeBack()
          exchange.isOver = true
          if (Exit.isSuccess(exit)) count(attempt.incoming, exit.value.outcome)
          else if (Exit.hasInterrupts(exit)) count(attempt.incoming, "hungUp")
          return Effect.void
        })
      )
      return Effect.map(ended, ({ answer }) => answer)
    })

  return { answer, busy, count }
})

const lastAttemptEnds = ({ incoming, cameMillis }: Exchange, claimedAtMillis = cameMillis): number =>
  firstAttemptMillis(incoming.createTimeSeconds, claimedAtMillis) + lastAttemptEndsMillis

/** False: something was heard before, which counts. */
const tell = ({ heard }: Exchange, what: Heard): boolean => Deferred.doneUnsafe(heard, Effect.succeed(what))

/** Messages by kind and by what became of them. */
const makeMessageCount = Effect.map(Effect.context<never>(), (context) => {
  /** Made once: putting attributes to a metric takes longer than counting. */
  const counters = new Map<string, Metric.Counter<number>>()
  return ({ _tag: kind }: Incoming, outcome: Outcome): void => {
    const name = `${kind} ${outcome}`
    const known = counters.get(name) ?? messagesTotal({ kind, outcome })
    counters.set(name, known)
    known.updateUnsafe(1, context)
  }
})

const messagesTotal = (attributes: { readonly kind: Incoming["_tag"]; readonly outcome: Outcome }) =>
  Metric.counter("messages_total", {
    description: "Attempts of messages from users, by kind and outcome",
    incremental: true,
    attributes
  })

const answered = ({ answer }: Finished): Answered => ({ _tag: "Answered", answer })

/** The budget is used up, and nothing was heard. */
interface Late {
  readonly _tag: "Late"
}

type Heard = Answered | Underway | Late

const late: Late = { _tag: "Late" }

const broken: Finished = { answer: text(word({ _tag: "Busy" })) }

const endedWith = (answer: Content | undefined): Ended => ({
  answer,
  outcome: answer === undefined ? "silent" : "answered"
})

interface Ended {
  readonly answer: Content | undefined
  readonly outcome: Outcome
}

/** `late`: over the time, answered afterwards. `hungUp`: WeChat did not wait. */
type Outcome = "answered" | "silent" | "late" | "ignored" | "hungUp"

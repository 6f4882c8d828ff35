import { Clock, Deferred, Effect, Metric } from "effect"
import { type Content, text } from "../core/content.ts"
import type { Openid } from "../core/openid.ts"
import { word } from "../core/wording.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import type { Incoming } from "../wechat/messages.ts"
import { lastAttemptEndsMillis, replyBudgetMillis } from "./answer.ts"
import { makeAlarms } from "./alarms.ts"
import { Background } from "./background.ts"
import {
  type Answered,
  Duplicates,
  type Mine,
  type Over,
  type Underway,
  underwayPollMillis
} from "./duplicates.ts"
import { Postman } from "./postman.ts"
import type { Reply } from "./replies.ts"
import { LinkSecret, makeFollowerHash } from "./secret-keys.ts"

/** An offered answer is given by an attempt that waits on another server as soon as that looks for it. */
const offerMillis = underwayPollMillis + 300

/** Messages by kind and by what became of them. */
const messagesTotal = (attributes: { readonly kind: Incoming["_tag"]; readonly outcome: Outcome }) =>
  Metric.counter("messages_total", {
    description: "Attempts of messages from users, by kind and outcome",
    incremental: true,
    attributes
  })

/** What a message came to. `restate`: it says nothing but how things stand, and this is how they stand later. */
export interface Finished extends Reply {
  readonly restate?: Effect.Effect<Finished>
}

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
  readonly begin: (over: Over | undefined) => Effect.Effect<Begun | Answered | Underway, MemcachedError>
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
  const budgetEnds = yield* makeAlarms(replyBudgetMillis)

  const whileServing = (millis: number) => Effect.raceFirst(Effect.sleep(millis), background.ending)

  /** An answer that came too late for the attempt that worked on it is for those that wait or come, and for the postman after them. */
  const finishLate = Effect.fnUntraced(function* ({ from }: Incoming, claim: Mine, finished: Finished) {
    const current = yield* nowOf(finished)
    if (current.answer === undefined) return yield* claim.settle(undefined)
    yield* claim.offer(current.answer)
    const pushes = yield* postman.mayPush
    const lastEndsMillis = pushes ? 0 : claim.firstClaimedAtMillis + lastAttemptEndsMillis
    const now = yield* Clock.currentTimeMillis
    yield* whileServing(Math.max(0, lastEndsMillis - now) + offerMillis)
    if (!(yield* claim.withdraw)) return
    // By the time mail is read it may be wrong, and whoever writes next hears how things stand.
    if (current.restate !== undefined && !pushes) return
    const { answer, afterwards } = yield* nowOf(current)
    if (answer === undefined) return
    yield* postman.deliver(from, { content: answer, group: "answer", importance: "notice" })
    if (current.restate !== undefined && afterwards !== undefined) yield* afterwards
  })

  /** What is said when memcached cannot be reached. */
  const busy = (from: Openid, error: MemcachedError): Effect.Effect<Finished> =>
    Effect.as(
      Effect.logWarning("a message could not be worked on", {
        follower: followerHash(from),
        problem: error.message
      }),
      { answer: text(word({ _tag: "Busy" })) }
    )

  const answer = Effect.fnUntraced(function* ({ incoming, key, begin }: Attempt) {
    let isOver = false
    let heard = Deferred.makeUnsafe<Heard>()
    const cameMillis = yield* Clock.currentTimeMillis

    const work = Effect.fnUntraced(function* (over: Over | undefined) {
      const begun = yield* Effect.catch(begin(over), (error) =>
        Effect.map(busy(incoming.from, error), answered)
      )
      if (begun._tag !== "Begun") {
        yield* Deferred.succeed(heard, begun)
        return
      }
      const { claim } = begun
      const finished = yield* claim.alive(begun.rest)
      const isInTime = !isOver && (yield* Deferred.succeed(heard, answered(finished)))
      yield* isInTime ? claim.settle(finished.answer) : finishLate(incoming, claim, finished)
      if (finished.afterwards !== undefined) yield* finished.afterwards
    })

    /** Nearly every message is over with this. */
    const first = Effect.suspend(() => {
      const takeBack = budgetEnds.set(Effect.asVoid(Deferred.succeed(heard, late)))
      return background
        .run(work(undefined))
        .pipe(Effect.andThen(Deferred.await(heard)), Effect.ensuring(Effect.sync(takeBack)))
    })

    /** The answer, from whomever it comes. */
    const listen = Effect.fnUntraced(function* (latest: Heard) {
      for (;;) {
        if (latest._tag === "Answered") return latest.answer
        if (latest._tag === "Underway") {
          const ended = yield* duplicates.whenOver(key)
          if (ended._tag === "Answered") return ended.answer
          heard = Deferred.makeUnsafe()
          yield* background.run(work(ended))
        }
        latest = yield* Deferred.await(heard)
      }
    })

    const patience = Effect.fnUntraced(function* (latest: Heard) {
      if (latest._tag !== "Late") {
        yield* Effect.sleep(cameMillis + replyBudgetMillis - (yield* Clock.currentTimeMillis))
      }
      if (yield* postman.mayPush) return undefined
      const firstMillis = (yield* duplicates.claimedAtMillis(key)) ?? cameMillis
      yield* whileServing(Math.max(0, firstMillis + lastAttemptEndsMillis - (yield* Clock.currentTimeMillis)))
      return text(word({ _tag: "StillWorking" }))
    })

    const waited = (latest: Heard) =>
      Effect.raceFirst(
        listen(latest).pipe(
          Effect.catch((error) => Effect.map(busy(incoming.from, error), ({ answer }) => answer)),
          Effect.map(endedWith)
        ),
        Effect.map(patience(latest), (answer): Ended => ({ answer, outcome: "late" }))
      )

    return yield* first.pipe(
      Effect.flatMap((latest) => {
        if (latest._tag === "Answered") return Effect.succeed(endedWith(latest.answer))
        // Whoever is late goes on to listen, where nothing can be pushed.
        if (latest._tag === "Late") heard = Deferred.makeUnsafe()
        return waited(latest)
      }),
      Effect.ensuring(
        Effect.sync(() => {
          isOver = true
        })
      ),
      Effect.onInterrupt(() => countMessage(incoming, "hungUp")),
      Effect.tap(({ outcome }) => countMessage(incoming, outcome)),
      Effect.map((ended) => ended.answer)
    )
  })

  return { answer, busy }
})

export const countMessage = (incoming: Incoming, outcome: Outcome) =>
  Metric.update(counterOf(incoming._tag, outcome), 1)

/** Made once: putting attributes to a metric takes longer than counting. */
const counters = new Map<string, Metric.Counter<number>>()

const counterOf = (kind: Incoming["_tag"], outcome: Outcome): Metric.Counter<number> => {
  const name = `${kind} ${outcome}`
  const known = counters.get(name)
  if (known !== undefined) return known
  const counter = messagesTotal({ kind, outcome })
  counters.set(name, counter)
  return counter
}

const nowOf = (finished: Finished): Effect.Effect<Finished> => finished.restate ?? Effect.succeed(finished)

const answered = ({ answer }: Finished): Answered => ({ _tag: "Answered", answer })

/** The budget is used up, and nothing was heard. */
interface Late {
  readonly _tag: "Late"
}

type Heard = Answered | Underway | Late

const late: Late = { _tag: "Late" }

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

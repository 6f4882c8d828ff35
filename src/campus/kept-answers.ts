import { Clock, Deferred, Effect, Exit, Option, Schema, type Scope } from "effect"
import { minuteMillis } from "../core/durations.ts"
import { keepNewest } from "../memcached/newest.ts"
import type { Memcached, MemcachedError } from "../memcached/memcached.ts"
import { type GatewayError, isUnwell } from "./gateway-exchange.ts"

/** What the school said, and when. `isOld`: a while ago, or it does not answer now, as `problem` may say: to be shown with its time. */
export interface Dated<A> {
  readonly value: A
  readonly fetchedAtMillis: number
  readonly isOld: boolean
  readonly problem?: GatewayError
}

export interface Question<A> {
  /** Under which the answer is kept: people who ask for the same thing share it. */
  readonly key: string
  /** For whom the gateway is asked. */
  readonly asker: string
  /** Whose an answer is that nobody else may get; absent: it is the same for everybody. */
  readonly owner?: string
  readonly fetch: Effect.Effect<A, GatewayError>
  /** A kept answer that is not older is good enough, and the gateway is not asked. */
  readonly goodForMillis: number
  /** Whether the owner may still be kept anything of; asked after something was. */
  readonly isWanted?: Effect.Effect<boolean>
}

/** What was fetched this short ago, from a school that was well since, is as good as new. */
const newForMillis = minuteMillis

/** Of so many answers it is remembered that newer ones are being prepared. */
const mostInPreparation = 10_000

/** Who could be shown an older answer waits this long for a fresh one; it goes on being fetched, for the next to ask. */
const patienceMillis = 1_500

/**
 * Answers of one kind: at most one request for each thing is under way in this process, what came is kept in memcached, and shown with
 * its time where the school is slow or broken. Without memcached there is only what comes at once.
 */
export const makeKeptAnswers = <A>(options: {
  readonly memcached: Memcached["Service"]
  readonly scope: Scope.Scope
  readonly schema: Schema.Codec<A, unknown>
  readonly ttlSeconds: number
}) => {
  const { memcached, scope, schema, ttlSeconds } = options
  const Item = Schema.fromJsonString(
    Schema.Struct({ atMillis: Schema.Natural, owner: Schema.optionalKey(Schema.String), value: schema })
  )
  const decode = Schema.decodeUnknownOption(Item)
  const encode = Schema.encodeSync(Item)
  const underway = new Map<string, Flight<A>>()
  /** Whether the last request found the gateway unwell. That it refused one student says nothing about the answers of others. */
  let isFailing = false
  /** The answers of which the school prepares newer ones, as it said last. */
  const inPreparation = new Map<string, true>()

  const read = ({ key, owner }: Question<A>): Effect.Effect<Dated<A> | undefined> =>
    memcached.get(key).pipe(
      Effect.tapError(unavailable),
      Effect.orElseSucceed(() => Option.none<string>()),
      Effect.map((found) => {
        const item = Option.getOrUndefined(Option.flatMap(found, decode))
        return item === undefined || item.owner !== owner
          ? undefined
          : { value: item.value, fetchedAtMillis: item.atMillis, isOld: true }
      })
    )

  const keep = ({ key, owner }: Question<A>, value: A, atMillis: number) =>
    memcached
      .set(key, encode({ atMillis, value, ...(owner === undefined ? {} : { owner }) }), ttlSeconds)
      .pipe(Effect.tapError(unavailable), Effect.ignore)

  /** Asks the gateway; the request goes on when whoever asked has gone. */
  const start = Effect.fnUntraced(function* (question: Question<A>) {
    const flight: Flight<A> = { asker: question.asker, answer: Deferred.makeUnsafe() }
    underway.set(question.key, flight)
    yield* fetchAndKeep(question, flight).pipe(
      Effect.onExit((exit) => {
        if (underway.get(question.key) === flight) underway.delete(question.key)
        const error = Exit.findErrorOption(exit)
        isFailing = Option.exists(error, isUnwell)
        inPreparation.delete(question.key)
        if (Option.exists(error, ({ _tag }) => _tag === "GatewayRefreshing")) {
          inPreparation.set(question.key, true)
          keepNewest(inPreparation, mostInPreparation)
        }
        return Deferred.done(flight.answer, exit)
      }),
      // On another server, the owner may have been forgotten between the question and its answer.
      Effect.andThen(question.isWanted ?? Effect.succeed(true)),
      Effect.tap((isWanted) => (isWanted ? Effect.void : forget(question.key))),
      Effect.exit,
      Effect.forkIn(scope)
    )
    return flight
  })

  const fetchAndKeep = Effect.fnUntraced(function* (question: Question<A>, flight: Flight<A>) {
    const value = yield* question.fetch
    const fetchedAtMillis = yield* Clock.currentTimeMillis
    // Who was forgotten meanwhile is not remembered again.
    if (underway.get(question.key) === flight) yield* keep(question, value, fetchedAtMillis)
    return { value, fetchedAtMillis, isOld: false }
  })

  const fetched = (question: Question<A>): Answer<A> =>
    Effect.gen(function* () {
      const flight = underway.get(question.key) ?? (yield* start(question))
      return yield* Effect.catchTag(Deferred.await(flight.answer), "GatewayUnauthorised", (error) =>
        // The binding of another one is wrong: that says nothing about this one.
        flight.asker === question.asker ? Effect.fail(error) : fetched(question)
      )
    })

  const ask = Effect.fnUntraced(function* (question: Question<A>) {
    const kept = yield* read(question)
    if (kept === undefined) return yield* fetched(question)
    const now = yield* Clock.currentTimeMillis
    const ageMillis = now - kept.fetchedAtMillis
    if (ageMillis < question.goodForMillis) {
      const isOld = isFailing || inPreparation.has(question.key) || ageMillis >= newForMillis
      return { ...kept, isOld }
    }
    return yield* fetched(question).pipe(
      Effect.timeoutOption(patienceMillis),
      Effect.map(Option.getOrElse(() => kept)),
      Effect.catchTags({
        GatewayRefreshing: (problem) => Effect.succeed({ ...kept, problem }),
        GatewayFailed: (problem) => Effect.succeed({ ...kept, problem })
      })
    )
  })

  const forget = Effect.fnUntraced(function* (key: string) {
    underway.delete(key)
    inPreparation.delete(key)
    yield* Effect.ignore(Effect.tapError(memcached.delete(key), unavailable))
  })

  return { ask, forget }
}

type Answer<A> = Effect.Effect<Dated<A>, GatewayError>

interface Flight<A> {
  readonly asker: string
  readonly answer: Deferred.Deferred<Dated<A>, GatewayError>
}

const unavailable = (error: MemcachedError) =>
  Effect.logWarning("answers of the school cannot be kept", { problem: error.message })

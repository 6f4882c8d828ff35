/** The operations over real servers: which server has the key, what to ask, what its answer means. */
import { Effect, Exit, HashRing, Option, PrimaryKey, Redacted, type Scope } from "effect"
import { unending } from "../event-loop/unending.ts"
import type { Backend, Failure, ServerHealth, Urgency } from "./backend.ts"
import type { QuietForm } from "./binary-protocol.ts"
import { type Call, callFor, calls } from "./calls.ts"
import { makePiggyback, type Piggyback } from "./piggyback.ts"
import { largestValueBytes } from "./item-rules.ts"
import type { Outcome, Question } from "./memjs-connection.ts"
import { type OperationMeter, type OperationOutcome, operationMeter } from "./operation-meter.ts"
import { ServerLink, tickMillis } from "./server-link.ts"

export interface MemjsOptions {
  /** At least one. */
  readonly servers: ReadonlyArray<{ readonly host: string; readonly port: number }>
  /** SASL PLAIN, used when both are there. */
  readonly username?: string | undefined
  readonly password?: Redacted.Redacted | undefined
}

/** Lives as long as its scope; then every connection is closed. */
export const memjsBackend: (options: MemjsOptions) => Effect.Effect<Backend, never, Scope.Scope> =
  Effect.fnUntraced(function* (options) {
    const links = yield* Effect.acquireRelease(
      Effect.sync(() =>
        options.servers.map((server) => new RingLink({ ...server, ...credentials(options) }))
      ),
      (links) => Effect.sync(() => links.forEach((link) => link.close()))
    )
    const meter = yield* operationMeter
    const tick = Effect.sync(() => links.forEach((link) => link.tick()))
    yield* Effect.forkScoped(unending("looking at deadlines", Effect.delay(tick, tickMillis)))
    return overLinks(links, meter, yield* makePiggyback)
  })

class RingLink extends ServerLink implements PrimaryKey.PrimaryKey {
  [PrimaryKey.symbol](): string {
    return this.address
  }
}

const credentials = ({ username, password }: MemjsOptions) => ({
  username,
  password: password === undefined ? undefined : Redacted.value(password)
})

const overLinks = (links: ReadonlyArray<RingLink>, meter: OperationMeter, piggyback: Piggyback): Backend => {
  const [first] = links
  if (first === undefined) throw new Error("memcached needs at least one server")
  const ring = HashRing.make<RingLink>()
  HashRing.addMany(ring, links)
  const linkOf = (key: string): RingLink => (links.length === 1 ? first : (HashRing.get(ring, key) ?? first))

  const submit = <A>(link: ServerLink, call: Call<A>, told: Told<A>, place: number) =>
    link.submit(new Asking(call, meter, told, place))
  const askLink = <A>(link: ServerLink, call: Call<A>): Effect.Effect<A, Failure> =>
    Effect.callback((resume) => {
      piggyback.flush()
      submit(link, call, resume, 0)
    })
  const ask = <A>(call: Call<A>): Effect.Effect<A, Failure> => askLink(linkOf(call.key), call)

  /** One fiber waits for all of them. */
  const askAll = (
    all: ReadonlyArray<Call<unknown>>,
    urgency: Urgency
  ): Effect.Effect<ReadonlyArray<Exit.Exit<unknown, Failure>>> =>
    all.length === 0
      ? Effect.succeed([])
      : Effect.callback((resume) => {
          const exits: Array<Exit.Exit<unknown, Failure>> = []
          let open = all.length
          const told: Told<unknown> = (exit, place) => {
            exits[place] = exit
            open -= 1
            if (open === 0) resume(Effect.succeed(exits))
          }
          const submitAll = () => all.forEach((call, place) => submit(linkOf(call.key), call, told, place))
          if (urgency === "piggybacked") return piggyback.defer(submitAll)
          piggyback.flush()
          submitAll()
        })

  return {
    addressOf: (key) => linkOf(key).address,
    get: (key) => ask(calls.get(key)),
    gets: (key) => ask(calls.gets(key)),
    set: (key, value, ttlSeconds) => ask(calls.set(key, value, ttlSeconds)),
    add: (key, value, ttlSeconds) => ask(calls.add(key, value, ttlSeconds)),
    cas: (key, value, version, ttlSeconds) => ask(calls.cas(key, value, version, ttlSeconds)),
    askAll: (asked, urgency) => askAll(asked.map(callFor), urgency),
    delete: (key, version) => ask(calls.delete(key, version)),
    append: (key, value) => {
      const append = ask(calls.append(key, value))
      return Effect.flatMap(append, (appended) =>
        appended ? Effect.succeed(true) : whyNotAppended(value, ask(calls.get(key)), append)
      )
    },
    increment: (key, by, initial, ttlSeconds) => ask(calls.increment(key, by, initial, ttlSeconds)),
    servers: Effect.forEach(
      links,
      (link) =>
        Effect.match(askLink(link, calls.version()), {
          onSuccess: (version): ServerHealth => ({ address: link.address, healthy: true, version }),
          onFailure: (failure): ServerHealth => ({
            address: link.address,
            healthy: false,
            problem: failure._tag === "Refused" ? failure.status : failure.problem
          })
        }),
      { concurrency: "unbounded" }
    )
  }
}

/** Gets the outcome of a call; `place` is its own among those that were asked together. */
type Told<A> = (exit: Exit.Exit<A, Failure>, place: number) => void

/** A call under way: one object without functions of its own, since there are several for every message. */
class Asking<A> implements Question {
  readonly request: Call<A>
  readonly #meter: OperationMeter
  readonly #startSeconds: number
  readonly #told: Told<A>
  readonly #place: number
  deadlineTick = 0
  sequence = 0
  quiet: QuietForm | undefined = undefined

  constructor(call: Call<A>, meter: OperationMeter, told: Told<A>, place: number) {
    this.request = call
    this.#meter = meter
    this.#startSeconds = meter.seconds()
    this.#told = told
    this.#place = place
  }

  get generation(): number | undefined {
    return this.request.generation
  }

  settle(outcome: Outcome): void {
    const exit = meaning(outcome, this.request)
    const ended = Exit.isSuccess(exit) ? "done" : label(outcome)
    this.#meter.record(this.request.operation, ended, this.#startSeconds)
    this.#told(exit, this.#place)
  }
}

/** Memcached answers an append with the same "not stored" whether the item is absent or the sum too large. */
const whyNotAppended = Effect.fnUntraced(function* (
  value: string,
  get: Effect.Effect<Option.Option<string>, Failure>,
  appendAgain: Effect.Effect<boolean, Failure>
) {
  const item = yield* get
  if (Option.isNone(item)) return false
  if (Buffer.byteLength(item.value) + Buffer.byteLength(value) > largestValueBytes) {
    return yield* Effect.fail<Failure>({ _tag: "Refused", status: "ValueTooLarge" })
  }
  // Another server may have added it in between.
  if (yield* appendAgain) return true
  return yield* Effect.fail<Failure>({ _tag: "Refused", status: "OutOfMemory" })
})

const meaning = <A>(outcome: Outcome, call: Call<A>): Exit.Exit<A, Failure> => {
  switch (outcome._tag) {
    case "Answered":
      return call.read(outcome.reply, outcome.generation)
    case "Outdated":
      return call.outdated === undefined
        ? Exit.die(new Error("a version without an answer for outdated ones"))
        : Exit.succeed(call.outdated)
    default:
      return Exit.fail(outcome)
  }
}

const label = (outcome: Outcome): OperationOutcome =>
  outcome._tag === "Unavailable" ? "unavailable" : outcome._tag === "Unanswered" ? "unanswered" : "refused"

/** Memcached as a service: items with a version and an end, on which all chats stand. */
import { Context, Effect, Exit, Layer, type Option, Schema } from "effect"
import type { Ask, Asks, Outcomes } from "./asks.ts"
import {
  type Asked,
  type Backend,
  type Failure,
  refusals,
  type ServerHealth,
  type Urgency,
  type Version,
  type Versioned
} from "./backend.ts"
import { clampTtlSeconds, isCount, keyPrefix, keyProblem, valueFits } from "./item-rules.ts"
import { type MemjsOptions, memjsBackend } from "./memjs-backend.ts"
import { memoryBackend } from "./memory-backend.ts"
import { MemoryStore } from "./memory-store.ts"

const operation = Schema.Literals(["get", "gets", "set", "add", "cas", "delete", "append", "increment"])
type Operation = typeof operation.Type

/** Where and what; of the key only the part before the first `:`, since the rest may hold an openid. */
const facts = { server: Schema.String, operation, keyPrefix: Schema.String }

/** Certainly not carried out: refused, no connection, or too much under way. */
export class MemcachedUnavailable extends Schema.TaggedError<MemcachedUnavailable>()("MemcachedUnavailable", {
  ...facts,
  problem: Schema.String
}) {
  override get message() {
    return `memcached ${this.server} cannot be reached for ${this.operation} ${this.keyPrefix}: ${this.problem}`
  }
}

/** Sent, and no answer came: it may have been carried out. Read again and recognise your own write. */
export class MemcachedUnanswered extends Schema.TaggedError<MemcachedUnanswered>()("MemcachedUnanswered", {
  ...facts,
  problem: Schema.String
}) {
  override get message() {
    return `memcached ${this.server} did not answer ${this.operation} ${this.keyPrefix}: ${this.problem}`
  }
}

/**
 * Memcached said no, and nothing changed, but for two cases: `NumberTooLarge` (the sum is stored, and no JavaScript number),
 * and a `set` that a server refuses for lack of memory (it drops the old item).
 */
export class MemcachedRefused extends Schema.TaggedError<MemcachedRefused>()("MemcachedRefused", {
  ...facts,
  status: Schema.Literals(refusals)
}) {
  override get message() {
    return `memcached ${this.server} refused ${this.operation} ${this.keyPrefix}: ${this.status}`
  }
}

/** Not sent: a key is 1 to 250 bytes without spaces and control characters. */
export class MemcachedKeyInvalid extends Schema.TaggedError<MemcachedKeyInvalid>()("MemcachedKeyInvalid", {
  ...facts,
  problem: Schema.Literals(["Empty", "TooLong", "SpaceOrControl", "NotUnicode"])
}) {
  override get message() {
    return `not a memcached key in ${this.operation} ${this.keyPrefix}: ${this.problem}`
  }
}

export type MemcachedError =
  | MemcachedUnavailable
  | MemcachedUnanswered
  | MemcachedRefused
  | MemcachedKeyInvalid

export type { MemjsOptions, ServerHealth, Urgency, Version, Versioned }

type Answer<A> = Effect.Effect<A, MemcachedError>

export class Memcached extends Context.Service<
  Memcached,
  {
    readonly get: (key: string) => Answer<Option.Option<string>>
    readonly gets: (key: string) => Answer<Option.Option<Versioned>>
    readonly set: (key: string, value: string, ttlSeconds: number) => Answer<void>
    /** `false`: the key exists. */
    readonly add: (key: string, value: string, ttlSeconds: number) => Answer<boolean>
    /** `false`: changed or gone since. */
    readonly cas: (key: string, value: string, version: Version, ttlSeconds: number) => Answer<boolean>
    /**
     * Operations of any kinds at once (`ask` in `asks.ts`), in one packet, with one fiber that waits for all of them: at much less
     * processor time than one by one. Each has an outcome of its own, in their order. What nobody waits for goes `piggybacked`: over a
     * network that saves a packet.
     */
    readonly askAll: <const Each extends Asks>(
      asks: Each,
      urgency?: Urgency
    ) => Effect.Effect<Outcomes<Each, MemcachedError>>
    /** `false`: not there or, with a version, changed. */
    readonly delete: (key: string, version?: Version) => Answer<boolean>
    /** `false`: not there. Keeps the time at which the item ends. */
    readonly append: (key: string, value: string) => Answer<boolean>
    /** The new count; an absent item begins with `initial`. Keeps the time at which an existing item ends. */
    readonly increment: (key: string, by: number, initial: number, ttlSeconds: number) => Answer<number>
    /** Asks each server for its version. */
    readonly servers: Effect.Effect<ReadonlyArray<ServerHealth>>
  }
>()("xiaohou/memcached/Memcached") {
  /** Items in `store`, in this process: several services may share one. */
  static readonly layerStore = (store: MemoryStore): Layer.Layer<Memcached> =>
    Layer.succeed(Memcached, service(memoryBackend(store)))

  /** Items in this process only. */
  static readonly layerMemory: Layer.Layer<Memcached> = Layer.sync(Memcached, () =>
    service(memoryBackend(new MemoryStore()))
  )

  /** Real servers; an item lives on the one that a hash ring over their addresses gives its key. */
  static readonly layerMemjs = (options: MemjsOptions): Layer.Layer<Memcached> =>
    Layer.effect(Memcached, Effect.map(memjsBackend(options), service))
}

/** The rules that hold for every layer, and the errors. */
const service = (backend: Backend): Memcached["Service"] => {
  const factsOf = ({ operation, key }: About): Facts => ({
    server: backend.addressOf(key),
    operation,
    keyPrefix: keyPrefix(key)
  })

  /** Why something is not even sent. */
  const refusal = (about: About): MemcachedError | undefined => {
    const problem = keyProblem(about.key)
    if (problem !== undefined) return new MemcachedKeyInvalid({ ...factsOf(about), problem })
    if (about.value !== undefined && !valueFits(about.value)) {
      return new MemcachedRefused({ ...factsOf(about), status: "ValueTooLarge" })
    }
    if (isCount(about.by ?? 0) && isCount(about.initial ?? 0)) return undefined
    return new MemcachedRefused({ ...factsOf(about), status: "InvalidArguments" })
  }

  const carryOut = <A>(about: About, act: () => Effect.Effect<A, Failure>): Answer<A> => {
    const refused = refusal(about)
    if (refused !== undefined) return Effect.fail(refused)
    return Effect.mapError(act(), (failure) => asError(failure, factsOf(about)))
  }

  const askAll: Memcached["Service"]["askAll"] = <const Each extends Asks>(
    asks: Each,
    urgency: Urgency = "now"
  ) => {
    const accepted: Array<Asked> = []
    let refusals: Map<number, MemcachedError> | undefined
    asks.forEach((one, place) => {
      if (one === undefined) return
      const refused = refusal(one.asked)
      if (refused === undefined) accepted.push(withClampedTtl(one.asked))
      else refusals = (refusals ?? new Map()).set(place, refused)
    })
    return Effect.map(backend.askAll(accepted, urgency), (exits) => {
      let answered = 0
      const outcomes = asks.map((one, place): Exit.Exit<unknown, MemcachedError> | undefined => {
        const refused = refusals?.get(place)
        if (one === undefined) return undefined
        if (refused !== undefined) return Exit.fail(refused)
        answered += 1
        return outcomeOf(one, exits[answered - 1] ?? noOutcome)
      })
      return outcomes as unknown as Outcomes<Each, MemcachedError>
    })
  }

  const outcomeOf = (
    { asked, meaning }: Ask<unknown>,
    exit: Exit.Exit<unknown, Failure>
  ): Exit.Exit<unknown, MemcachedError> => {
    if (!Exit.isSuccess(exit)) return Exit.mapError(exit, (failure) => asError(failure, factsOf(asked)))
    const understood = meaning(exit.value)
    return understood === exit.value ? (exit as Exit.Exit<unknown>) : Exit.succeed(understood)
  }

  return Memcached.of({
    get: (key) => carryOut({ operation: "get", key }, () => backend.get(key)),
    gets: (key) => carryOut({ operation: "gets", key }, () => backend.gets(key)),
    set: (key, value, ttlSeconds) =>
      carryOut({ operation: "set", key, value }, () => backend.set(key, value, clampTtlSeconds(ttlSeconds))),
    add: (key, value, ttlSeconds) =>
      carryOut({ operation: "add", key, value }, () => backend.add(key, value, clampTtlSeconds(ttlSeconds))),
    cas: (key, value, version, ttlSeconds) =>
      carryOut({ operation: "cas", key, value }, () =>
        backend.cas(key, value, version, clampTtlSeconds(ttlSeconds))
      ),
    askAll,
    delete: (key, version) => carryOut({ operation: "delete", key }, () => backend.delete(key, version)),
    append: (key, value) => carryOut({ operation: "append", key, value }, () => backend.append(key, value)),
    increment: (key, by, initial, ttlSeconds) =>
      carryOut({ operation: "increment", key, by, initial }, () =>
        backend.increment(key, by, initial, clampTtlSeconds(ttlSeconds))
      ),
    servers: backend.servers
  })
}

const noOutcome = Exit.die(new Error("an operation without an outcome"))

const withClampedTtl = (asked: Asked): Asked => {
  if (!("ttlSeconds" in asked)) return asked
  const ttlSeconds = clampTtlSeconds(asked.ttlSeconds)
  return ttlSeconds === asked.ttlSeconds ? asked : { ...asked, ttlSeconds }
}

/** What is checked of an operation before it is sent. */
interface About {
  readonly operation: Operation
  readonly key: string
  readonly value?: string
  readonly by?: number
  readonly initial?: number
}

type Facts = { readonly server: string; readonly operation: Operation; readonly keyPrefix: string }

const asError = (failure: Failure, facts: Facts): MemcachedError => {
  switch (failure._tag) {
    case "Unavailable":
      return new MemcachedUnavailable({ ...facts, problem: failure.problem })
    case "Unanswered":
      return new MemcachedUnanswered({ ...facts, problem: failure.problem })
    case "Refused":
      return new MemcachedRefused({ ...facts, status: failure.status })
  }
}

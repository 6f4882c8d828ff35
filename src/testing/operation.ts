import { Context, Effect } from "effect"
import { type Memcached, MemcachedUnanswered, type MemcachedError } from "../memcached/memcached.ts"
import { oneByOne } from "../memcached/one-by-one.ts"

/**
 * Something that a simulated server asks of the world: an operation of memcached, or a call of WeChat's API. It is under way
 * until the driver of the world ends it in one of three ways.
 */
export interface Operation {
  /** In the order in which the operations of a run were begun. */
  readonly id: number
  readonly server: number
  /** For whose sake: one action of a user, a sweep, or the matchmaker of the server. */
  readonly actor: string
  readonly name: string
  /** The memcached key, or the receiver of a push. */
  readonly key: string
  readonly writes: boolean
  /** Carried out, and answered. */
  readonly proceed: () => void
  /** Carried out, and the answer is lost. */
  readonly loseAnswer: () => void
  /** Not carried out, and no answer comes. */
  readonly drop: () => void
  /** False: the server that began it was killed meanwhile. */
  readonly isAwaited: () => boolean
}

/** An operation as its server begins it. */
export type BegunOperation = Omit<Operation, "id" | "isAwaited">

/** For whose sake a fiber acts; inherited by what it starts. */
export const Actor = Context.Reference<string>("xiaohou/testing/Actor", { defaultValue: () => "server" })

/** Takes the operations that servers begin. */
export type Gate = (operation: BegunOperation) => void

/** Makes an effect wait at the gate. `lost`: how a missing answer looks to the caller. */
export const gated = <A, E>(
  gate: Gate,
  about: Pick<Operation, "server" | "name" | "key" | "writes">,
  carryOut: Effect.Effect<A, E>,
  lost: Effect.Effect<never, E>
): Effect.Effect<A, E> =>
  Effect.withFiber((fiber) =>
    Effect.callback<A, E>((resume) => {
      gate({
        ...about,
        actor: fiber.getRef(Actor),
        proceed: () => resume(carryOut),
        loseAnswer: () => resume(Effect.andThen(Effect.exit(carryOut), lost)),
        drop: () => resume(lost)
      })
    })
  )

/** A memcached whose every operation waits at the gate. */
export const gatedMemcached = (
  real: Memcached["Service"],
  server: number,
  gate: Gate
): Memcached["Service"] => {
  const wait = <A>(
    name: MemcachedUnanswered["operation"],
    key: string,
    carryOut: Effect.Effect<A, MemcachedError>
  ) =>
    gated(
      gate,
      { server, name, key, writes: name !== "get" && name !== "gets" },
      carryOut,
      // Made only when it is needed: an error takes a picture of the stack, which costs more than the operation.
      Effect.suspend(() =>
        Effect.fail(
          new MemcachedUnanswered({
            server: "simulated",
            operation: name,
            keyPrefix: "",
            problem: "no answer"
          })
        )
      )
    )
  return oneByOne({
    get: (key) => wait("get", key, real.get(key)),
    gets: (key) => wait("gets", key, real.gets(key)),
    set: (key, value, ttl) => wait("set", key, real.set(key, value, ttl)),
    add: (key, value, ttl) => wait("add", key, real.add(key, value, ttl)),
    cas: (key, value, version, ttl) => wait("cas", key, real.cas(key, value, version, ttl)),
    delete: (key, version) => wait("delete", key, real.delete(key, version)),
    append: (key, value) => wait("append", key, real.append(key, value)),
    increment: (key, by, initial, ttl) => wait("increment", key, real.increment(key, by, initial, ttl)),
    servers: real.servers
  })
}

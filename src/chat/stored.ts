import { Effect, Exit, Option, Schema } from "effect"
import type { WriteId } from "../core/room.ts"
import { type Ask, ask, understood } from "../memcached/asks.ts"
import type { Memcached, MemcachedError, Version, Versioned } from "../memcached/memcached.ts"

/**
 * What memcached holds under a key: the value, and the version that a change is bound to. No version: nothing is stored.
 * A version without a value: something is stored that cannot be read, which counts as nothing and may be replaced.
 */
export interface Stored<A> {
  readonly value: A | undefined
  readonly version: Version | undefined
}

/** One change of several: what was read is replaced by `next`. */
export interface Change<A> {
  readonly key: string
  readonly from: Stored<A>
  readonly next: A
  readonly ttlSeconds: number
}

export const nothing: Stored<never> = { value: undefined, version: undefined }

/**
 * Reads a value that was written as JSON; none: it is no such value. As `Schema.fromJsonString`, in half the time: every message has
 * several of these, and parsing outside the schema needs no fiber.
 */
export const decodeJson = <A>(schema: Schema.Codec<A, unknown>): ((value: unknown) => Option.Option<A>) => {
  const decode = Schema.decodeUnknownOption(schema)
  return (value) => (typeof value === "string" ? Option.flatMap(parse(value), decode) : Option.none())
}

const parse = Option.liftThrowable((text: string): unknown => JSON.parse(text))

/**
 * Typed reading and writing of one kind of item as JSON. What is read is checked; what is written was made by us and is written
 * as it is, so the schema may not give it another form. `textOf` makes its JSON.
 */
export const jsonItem = <A extends { readonly writtenBy: WriteId }>(
  memcached: Memcached["Service"],
  schema: Schema.Codec<A, unknown>,
  textOf: (value: A) => string = JSON.stringify
) => {
  const decode = decodeJson(schema)

  const storedAs = (found: Option.Option<Versioned>): Stored<A> =>
    Option.isNone(found)
      ? nothing
      : { value: Option.getOrUndefined(decode(found.value.value)), version: found.value.version }

  const read = (key: string): Effect.Effect<Stored<A>, MemcachedError> =>
    Effect.map(memcached.gets(key), storedAs)

  /** To be asked together with others. */
  const reading = (key: string): Ask<Stored<A>> => understood(ask.gets(key), storedAs)

  /**
   * Replaces what was read by `next`, or deletes it if `next` is undefined. False: it changed since. A write whose answer was
   * lost is looked up: it counts as done if the stored value carries its mark.
   */
  const write = (
    key: string,
    from: Stored<A>,
    next: A | undefined,
    ttlSeconds: number
  ): Effect.Effect<boolean, MemcachedError> => {
    if (next === undefined) {
      return from.version === undefined
        ? Effect.succeed(true)
        : memcached
            .delete(key, from.version)
            .pipe(Effect.catchTag("MemcachedUnanswered", () => Effect.map(memcached.get(key), Option.isNone)))
    }
    const written =
      from.version === undefined
        ? memcached.add(key, textOf(next), ttlSeconds)
        : memcached.cas(key, textOf(next), from.version, ttlSeconds)
    return Effect.catchTag(written, "MemcachedUnanswered", () => isWritten(key, next))
  }

  /** Like `write` if nothing was read, to be asked together with others; `wasWritten` says what came of it. */
  const adding = (key: string, next: A, ttlSeconds: number): Ask<boolean> =>
    ask.add(key, textOf(next), ttlSeconds)

  /** Whether `next` was written, by what is known of that. */
  const wasWritten = (
    key: string,
    next: A,
    written: Exit.Exit<boolean, MemcachedError>
  ): Effect.Effect<boolean, MemcachedError> =>
    Exit.isSuccess(written)
      ? written
      : Effect.catchTag(written, "MemcachedUnanswered", () => isWritten(key, next))

  const isWritten = (key: string, next: A): Effect.Effect<boolean, MemcachedError> =>
    Effect.map(read(key), (found) => found.value?.writtenBy === next.writtenBy)

  /** The same for several at once; each has an outcome of its own. */
  const writeAll = (
    changes: ReadonlyArray<Change<A>>
  ): Effect.Effect<ReadonlyArray<Exit.Exit<boolean, MemcachedError>>> => {
    const asks = changes.map(({ key, from, next, ttlSeconds }) =>
      from.version === undefined
        ? adding(key, next, ttlSeconds)
        : ask.cas(key, textOf(next), from.version, ttlSeconds)
    )
    return Effect.flatMap(memcached.askAll(asks), (exits): ReturnType<typeof writeAll> =>
      exits.every(Exit.isSuccess)
        ? Effect.succeed(exits)
        : Effect.forEach(
            changes,
            ({ key, next }, place) => Effect.exit(wasWritten(key, next, exits[place] ?? Exit.succeed(false))),
            { concurrency: "unbounded" }
          )
    )
  }

  return { read, reading, write, adding, wasWritten, writeAll }
}

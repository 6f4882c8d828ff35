import { Effect, Option, Schema } from "effect"
import type { WriteId } from "../core/room.ts"
import type { Memcached, MemcachedError, Version } from "../memcached/memcached.ts"

/**
 * What memcached holds under a key: the value, and the version that a change is bound to. No version: nothing is stored.
 * A version without a value: something is stored that cannot be read, which counts as nothing and may be replaced.
 */
export interface Stored<A> {
  readonly value: A | undefined
  readonly version: Version | undefined
}

export const nothing: Stored<never> = { value: undefined, version: undefined }

/**
 * Typed reading and writing of one kind of item as JSON. What is read is checked; what is written was made by us and is written
 * as it is, so the schema may not give it another form.
 */
export const jsonItem = <A extends { readonly writtenBy: WriteId }>(
  memcached: Memcached["Service"],
  schema: Schema.Codec<A, unknown>
) => {
  const decode = Schema.decodeUnknownOption(Schema.fromJsonString(schema))

  const read = (key: string): Effect.Effect<Stored<A>, MemcachedError> =>
    Effect.map(
      memcached.gets(key),
      Option.match({
        onNone: (): Stored<A> => nothing,
        onSome: ({ value, version }) => ({ value: Option.getOrUndefined(decode(value)), version })
      })
    )

  /**
   * Replaces what was read by `next`, or deletes it where `next` is undefined. False: it changed since. A write whose answer
   * was lost is looked up: it counts as done when the stored value carries its mark.
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
    const stored =
      from.version === undefined
        ? memcached.add(key, JSON.stringify(next), ttlSeconds)
        : memcached.cas(key, JSON.stringify(next), from.version, ttlSeconds)
    return stored.pipe(
      Effect.catchTag("MemcachedUnanswered", () =>
        Effect.map(read(key), (found) => found.value?.writtenBy === next.writtenBy)
      )
    )
  }

  return { read, write }
}

/** Generated stories of operations on a few keys, and the simple model that says what each must answer. */
import { Arbitrary, Effect, Option, Schema } from "effect"
import { Memcached, type Version } from "../../src/memcached/memcached.ts"

const key = Schema.Literals(["one", "two"])
const text = Schema.Literals([
  "",
  "0",
  "7",
  "41",
  "9007199254740990",
  "18446744073709551615",
  "12 3",
  "-1",
  "小猴🐒",
  "a\r\nb",
  "\u0000"
])
/** Read just before, or seen in an earlier step. */
const remembered = Schema.Literals(["fresh", "earlier"])

export const step = Schema.TaggedUnion({
  Get: { key },
  Gets: { key },
  Set: { key, value: text },
  Add: { key, value: text },
  Cas: { key, value: text, remembered },
  Delete: { key },
  DeleteVersion: { key, remembered },
  Append: { key, value: text },
  Increment: { key, by: Schema.Literals([0, 1, 2, 1000]), initial: Schema.Literals([0, 5]) }
})
export type Step = typeof step.Type

export const stories = Arbitrary.array(Arbitrary.schema(step), { minLength: 1 })

/** As the check's `size`: by itself it stops at 10 steps, too few for a version to grow old. */
export const storySteps = 60

const ttlSeconds = 600

/**
 * memcached looks for a minus sign before it believes a number from 2^63 on, and looks on behind the item; and it takes a large negative one for
 * a number. So what it makes of these depends on what else it holds.
 */
const isOddNumber = (value: string): boolean => {
  const digits = /^-?(\d+)/.exec(value)?.[1]
  return digits !== undefined && BigInt(digits) >= 2n ** 63n
}

/** Answers as text, so that a service and the model compare by equality. */
export const tell = Effect.fnUntraced(function* (story: ReadonlyArray<Step>, prefix: string) {
  const memcached = yield* Memcached
  const seen = new Map<string, Version>()
  const look = Effect.fnUntraced(function* (key: string) {
    const found = Option.getOrUndefined(yield* memcached.gets(key))
    if (found !== undefined) seen.set(key, found.version)
    return found?.value ?? null
  })
  const withVersion = <A, E>(
    key: string,
    which: "fresh" | "earlier",
    use: (version: Version) => Effect.Effect<A, E>
  ) =>
    Effect.gen(function* () {
      if (which === "fresh") yield* look(key)
      const version = seen.get(key)
      return version === undefined ? "skipped" : yield* use(version)
    })
  /** Without the spaces that may follow a number which lost digits (protocol.txt promises neither). */
  const increment = Effect.fnUntraced(function* (key: string, by: number, initial: number) {
    const before = Option.getOrUndefined(yield* memcached.get(key))
    if (before !== undefined && isOddNumber(before)) return "skipped"
    const incremented = yield* Effect.exit(memcached.increment(key, by, initial, ttlSeconds))
    const after = Option.getOrElse(yield* memcached.get(key), () => "")
    if (after.endsWith(" ")) yield* memcached.set(key, after.trimEnd(), ttlSeconds)
    return yield* incremented
  })

  const answers: Array<string> = []
  for (const each of story) {
    const key = `${prefix}:${each.key}`
    const answer: Effect.Effect<unknown, { readonly _tag: string; readonly status?: string }> = step.match(
      each,
      {
        Get: () => memcached.get(key).pipe(Effect.map(Option.getOrNull)),
        Gets: () => look(key),
        Set: ({ value }) => memcached.set(key, value, ttlSeconds),
        Add: ({ value }) => memcached.add(key, value, ttlSeconds),
        Cas: ({ value, remembered }) =>
          withVersion(key, remembered, (version) => memcached.cas(key, value, version, ttlSeconds)),
        Delete: () => memcached.delete(key),
        DeleteVersion: ({ remembered }) =>
          withVersion(key, remembered, (version) => memcached.delete(key, version)),
        Append: ({ value }) => memcached.append(key, value),
        Increment: ({ by, initial }) => increment(key, by, initial)
      }
    )
    answers.push(
      yield* Effect.match(answer, {
        onSuccess: (value) => JSON.stringify(value) ?? "done",
        onFailure: (error) => `${error._tag} ${error.status ?? ""}`
      })
    )
  }
  return answers
})

/** The same story on a plain map: what memcached's documentation promises. */
export const foretell = (story: ReadonlyArray<Step>): ReadonlyArray<string> => {
  const items = new Map<string, { readonly value: string; readonly version: number }>()
  const seen = new Map<string, number>()
  let writes = 0
  const write = (key: string, value: string) => {
    writes += 1
    items.set(key, { value, version: writes })
  }
  const look = (key: string) => {
    const item = items.get(key)
    if (item !== undefined) seen.set(key, item.version)
    return JSON.stringify(item?.value ?? null)
  }
  const recall = (key: string, which: "fresh" | "earlier") => {
    if (which === "fresh") look(key)
    return seen.get(key)
  }

  return story.map((each) => {
    const { key } = each
    const item = items.get(key)
    return step.match(each, {
      Get: () => JSON.stringify(item?.value ?? null),
      Gets: () => look(key),
      Set: ({ value }) => {
        write(key, value)
        return "done"
      },
      Add: ({ value }) => {
        if (item === undefined) write(key, value)
        return JSON.stringify(item === undefined)
      },
      Cas: ({ value, remembered }) => {
        const version = recall(key, remembered)
        if (version === undefined) return '"skipped"'
        if (item?.version === version) write(key, value)
        return JSON.stringify(item?.version === version)
      },
      Delete: () => JSON.stringify(items.delete(key)),
      DeleteVersion: ({ remembered }) => {
        const version = recall(key, remembered)
        if (version === undefined) return '"skipped"'
        return JSON.stringify(item?.version === version && items.delete(key))
      },
      Append: ({ value }) => {
        if (item !== undefined) write(key, item.value + value)
        return JSON.stringify(item !== undefined)
      },
      Increment: ({ by, initial }) => {
        if (item === undefined) {
          write(key, String(initial))
          return String(initial)
        }
        if (isOddNumber(item.value)) return '"skipped"'
        const digits = /^(\d+)(?: |\0|$)/.exec(item.value)?.[1]
        if (digits === undefined) return "MemcachedRefused NotANumber"
        const sum = BigInt(digits) + BigInt(by)
        write(key, String(sum))
        return sum > BigInt(Number.MAX_SAFE_INTEGER) ? "MemcachedRefused NumberTooLarge" : String(sum)
      }
    })
  })
}

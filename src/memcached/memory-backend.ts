/** The operations over a {@link MemoryStore}, at the time of the fiber's clock. */
import { Effect, Exit, Option } from "effect"
import type { Asked, Backend, Failure, Refusal, Version, Versioned } from "./backend.ts"
import type { MemoryStore } from "./memory-store.ts"

const address = "memory"

export const memoryBackend = (store: MemoryStore): Backend => ({
  addressOf: () => address,
  get: (key) => at((now) => Option.map(read(store, key, now), ({ value }) => value)),
  gets: (key) => at((now) => read(store, key, now)),
  set: (key, value, ttlSeconds) => at((now) => store.set(key, value, ttlSeconds, now)),
  add: (key, value, ttlSeconds) => at((now) => store.add(key, value, ttlSeconds, now)),
  cas: (key, value, version, ttlSeconds) =>
    at((now) => store.replace(key, value, Number(version), ttlSeconds, now)),
  askAll: (asked) => at((now) => asked.map((one) => answerTo(store, one, now))),
  delete: (key, version) =>
    at((now) => store.remove(key, version === undefined ? undefined : Number(version), now)),
  append: (key, value) => orRefused(at((now) => store.append(key, value, now))),
  increment: (key, by, initial, ttlSeconds) =>
    orRefused(at((now) => store.increment(key, by, initial, ttlSeconds, now))),
  servers: Effect.succeed([{ address, healthy: true }])
})

const read = (store: MemoryStore, key: string, now: number): Option.Option<Versioned> => {
  const item = store.read(key, now)
  return item === undefined
    ? Option.none()
    : Option.some({ value: item.value, version: String(item.version) as Version })
}

const answerTo = (store: MemoryStore, asked: Asked, now: number): Exit.Exit<unknown, Failure> => {
  const { key } = asked
  switch (asked.operation) {
    case "get":
      return Exit.succeed(Option.map(read(store, key, now), ({ value }) => value))
    case "gets":
      return Exit.succeed(read(store, key, now))
    case "set":
      return Exit.succeed(store.set(key, asked.value, asked.ttlSeconds, now))
    case "add":
      return Exit.succeed(store.add(key, asked.value, asked.ttlSeconds, now))
    case "cas":
      return Exit.succeed(store.replace(key, asked.value, Number(asked.version), asked.ttlSeconds, now))
    case "increment": {
      const result = store.increment(key, asked.by, asked.initial, asked.ttlSeconds, now)
      return typeof result === "string"
        ? Exit.fail({ _tag: "Refused", status: result })
        : Exit.succeed(result)
    }
  }
}

const at = <A>(act: (nowMillis: number) => A): Effect.Effect<A> =>
  Effect.clockWith((clock) => Effect.succeed(act(clock.currentTimeMillisUnsafe())))

const orRefused = <A>(answer: Effect.Effect<A | Refusal>): Effect.Effect<Exclude<A, Refusal>, Failure> =>
  Effect.flatMap(answer, (result) =>
    typeof result === "string"
      ? Effect.fail<Failure>({ _tag: "Refused", status: result as Refusal })
      : Effect.succeed(result as Exclude<A, Refusal>)
  )

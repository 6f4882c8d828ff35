/** The operations over a {@link MemoryStore}, at the time of the fiber's clock. */
import { Effect, Exit, Option } from "effect"
import type { Backend, Failure, Refusal, Version } from "./backend.ts"
import type { MemoryStore } from "./memory-store.ts"

const address = "memory"

export const memoryBackend = (store: MemoryStore): Backend => ({
  addressOf: () => address,
  get: (key) =>
    at((now) => {
      const item = store.read(key, now)
      return item === undefined ? Option.none() : Option.some(item.value)
    }),
  gets: (key) =>
    at((now) => {
      const item = store.read(key, now)
      return item === undefined
        ? Option.none()
        : Option.some({ value: item.value, version: String(item.version) as Version })
    }),
  set: (key, value, ttlSeconds) => at((now) => store.set(key, value, ttlSeconds, now)),
  add: (key, value, ttlSeconds) => at((now) => store.add(key, value, ttlSeconds, now)),
  cas: (key, value, version, ttlSeconds) =>
    at((now) => store.replace(key, value, Number(version), ttlSeconds, now)),
  writeAll: (writes) =>
    at((now) =>
      writes.map(({ key, value, version, ttlSeconds }) =>
        Exit.succeed(
          version === undefined
            ? store.add(key, value, ttlSeconds, now)
            : store.replace(key, value, Number(version), ttlSeconds, now)
        )
      )
    ),
  delete: (key, version) =>
    at((now) => store.remove(key, version === undefined ? undefined : Number(version), now)),
  append: (key, value) => orRefused(at((now) => store.append(key, value, now))),
  increment: (key, by, initial, ttlSeconds) =>
    orRefused(at((now) => store.increment(key, by, initial, ttlSeconds, now))),
  servers: Effect.succeed([{ address, healthy: true }])
})

const at = <A>(act: (nowMillis: number) => A): Effect.Effect<A> =>
  Effect.clockWith((clock) => Effect.succeed(act(clock.currentTimeMillisUnsafe())))

const orRefused = <A>(answer: Effect.Effect<A | Refusal>): Effect.Effect<Exclude<A, Refusal>, Failure> =>
  Effect.flatMap(answer, (result) =>
    typeof result === "string"
      ? Effect.fail<Failure>({ _tag: "Refused", status: result as Refusal })
      : Effect.succeed(result as Exclude<A, Refusal>)
  )

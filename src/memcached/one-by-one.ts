/** Makes several operations at once out of single ones: for a service that wraps another and does something to every operation. */
import { Effect } from "effect"
import type { Asks, Outcomes } from "./asks.ts"
import type { Asked } from "./backend.ts"
import type { Memcached, MemcachedError } from "./memcached.ts"

/** The service, with `askAll` made of its single operations. */
export const oneByOne = (service: OneByOne): Memcached["Service"] => ({
  ...service,
  askAll: askEach(service)
})

type OneByOne = Omit<Memcached["Service"], "askAll">

const askEach =
  (service: OneByOne): Memcached["Service"]["askAll"] =>
  <const Each extends Asks>(asks: Each) =>
    Effect.map(
      Effect.forEach(
        asks,
        (one) =>
          one === undefined
            ? Effect.undefined
            : Effect.exit(Effect.map(asIs(service, one.asked), one.meaning)),
        { concurrency: "unbounded" }
      ),
      (outcomes) => outcomes as unknown as Outcomes<Each, MemcachedError>
    )

const asIs = (service: OneByOne, asked: Asked): Effect.Effect<unknown, MemcachedError> => {
  switch (asked.operation) {
    case "get":
    case "gets":
      return service[asked.operation](asked.key)
    case "set":
    case "add":
      return service[asked.operation](asked.key, asked.value, asked.ttlSeconds)
    case "cas":
      return service.cas(asked.key, asked.value, asked.version, asked.ttlSeconds)
    case "increment":
      return service.increment(asked.key, asked.by, asked.initial, asked.ttlSeconds)
  }
}

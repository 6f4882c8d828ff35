import { Effect, Layer } from "effect"
import { Memcached } from "../../src/memcached/memcached.ts"
import { memcachedContract } from "./contract.ts"
import { memcachedProcess } from "./memcached-process.ts"
import { togetherContract } from "./together.ts"

const underContract = (name: string, memcachedLayer: Layer.Layer<Memcached>): void => {
  memcachedContract(name, memcachedLayer)
  togetherContract(name, memcachedLayer)
}

underContract("in memory", Memcached.layerMemory)

underContract(
  "on a real server",
  Layer.unwrap(Effect.map(memcachedProcess(), (server) => Memcached.layerMemjs({ servers: [server] })))
)

underContract(
  "on three real servers",
  Layer.unwrap(
    Effect.map(Effect.all([memcachedProcess(), memcachedProcess(), memcachedProcess()]), (servers) =>
      Memcached.layerMemjs({ servers })
    )
  )
)

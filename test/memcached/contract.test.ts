import { Effect, Layer } from "effect"
import { Memcached } from "../../src/memcached/memcached.ts"
import { memcachedContract } from "./contract.ts"
import { memcachedProcess } from "./memcached-process.ts"

memcachedContract("in memory", Memcached.layerMemory)

memcachedContract(
  "on a real server",
  Layer.unwrap(Effect.map(memcachedProcess(), (server) => Memcached.layerMemjs({ servers: [server] })))
)

memcachedContract(
  "on three real servers",
  Layer.unwrap(
    Effect.map(Effect.all([memcachedProcess(), memcachedProcess(), memcachedProcess()]), (servers) =>
      Memcached.layerMemjs({ servers })
    )
  )
)

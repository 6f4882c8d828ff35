import { Effect, Layer } from "effect"
import { Memcached } from "../../src/memcached/memcached.ts"
import { memcachedProcess } from "../memcached/memcached-process.ts"
import { storeContract } from "./store-contract.ts"

storeContract("in memory", Memcached.layerMemory)

storeContract(
  "on a real memcached",
  Layer.unwrap(Effect.map(memcachedProcess(), (server) => Memcached.layerMemjs({ servers: [server] })))
)

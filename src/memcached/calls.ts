/** What each operation asks of a server in memcached's protocol, and how its answer is read. */
import type { Option } from "effect"
import {
  type Reader,
  readCount,
  readDone,
  readText,
  readValue,
  readVersioned,
  readYesUnless
} from "./answers.ts"
import type { Asked, Operation, Version, Versioned } from "./backend.ts"
import { countExtras, opcodes, statuses, storeExtras } from "./binary-protocol.ts"

export interface Call<A> {
  readonly operation: Operation
  readonly opcode: number
  readonly key: string
  readonly read: Reader<A>
  readonly extras?: Buffer
  readonly value?: string
  /** As `gets` gave it. */
  readonly version?: string | undefined
  /** The answer when the version is from an earlier connection. */
  readonly outdated?: A
}

export const calls = {
  get: (key: string): Call<Option.Option<string>> => ({
    operation: "get",
    opcode: opcodes.getWithKey,
    key,
    read: readValue
  }),
  gets: (key: string): Call<Option.Option<Versioned>> => ({
    operation: "gets",
    opcode: opcodes.getWithKey,
    key,
    read: readVersioned
  }),
  set: (key: string, value: string, ttlSeconds: number): Call<void> => ({
    operation: "set",
    opcode: opcodes.set,
    key,
    value,
    extras: storeExtras(ttlSeconds),
    read: readDone
  }),
  add: (key: string, value: string, ttlSeconds: number): Call<boolean> => ({
    operation: "add",
    opcode: opcodes.add,
    key,
    value,
    extras: storeExtras(ttlSeconds),
    read: added
  }),
  cas: (key: string, value: string, version: Version, ttlSeconds: number): Call<boolean> => ({
    operation: "cas",
    opcode: opcodes.set,
    key,
    value,
    version,
    extras: storeExtras(ttlSeconds),
    read: unchanged,
    outdated: false
  }),
  delete: (key: string, version: Version | undefined): Call<boolean> => ({
    operation: "delete",
    opcode: opcodes.delete,
    key,
    version,
    read: unchanged,
    outdated: false
  }),
  append: (key: string, value: string): Call<boolean> => ({
    operation: "append",
    opcode: opcodes.append,
    key,
    value,
    read: appended
  }),
  increment: (key: string, by: number, initial: number, ttlSeconds: number): Call<number> => ({
    operation: "increment",
    opcode: opcodes.increment,
    key,
    extras: countExtras(by, initial, ttlSeconds),
    read: readCount
  }),
  version: (): Call<string> => ({ operation: "version", opcode: opcodes.version, key: "", read: readText })
} as const

export const callFor = (asked: Asked): Call<unknown> => {
  switch (asked.operation) {
    case "get":
      return calls.get(asked.key)
    case "gets":
      return calls.gets(asked.key)
    case "set":
      return calls.set(asked.key, asked.value, asked.ttlSeconds)
    case "add":
      return calls.add(asked.key, asked.value, asked.ttlSeconds)
    case "cas":
      return calls.cas(asked.key, asked.value, asked.version, asked.ttlSeconds)
    case "increment":
      return calls.increment(asked.key, asked.by, asked.initial, asked.ttlSeconds)
  }
}

const added = readYesUnless(statuses.exists)
const appended = readYesUnless(statuses.notStored)
const unchanged = readYesUnless(statuses.exists, statuses.notFound)

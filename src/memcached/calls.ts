/** What each operation asks of a server in memcached's protocol, and how its answer is read. */
import {
  type Reader,
  readCount,
  readDone,
  readText,
  readValue,
  readVersioned,
  readYesUnless,
  versionBytes,
  versionGeneration
} from "./answers.ts"
import type { Asked, Operation, Version } from "./backend.ts"
import { countExtras, nothing, opcodes, type Request, statuses, storeExtras } from "./binary-protocol.ts"

export interface Call<A> extends Request {
  readonly operation: Operation
  readonly read: Reader<A>
  /** The connection on which `version` was read. */
  readonly generation: number | undefined
  /** The answer when the version is from an earlier connection. */
  readonly outdated: A | undefined
}

export const calls = {
  get: (key: string) => reading("get", key, readValue),
  gets: (key: string) => reading("gets", key, readVersioned),
  set: (key: string, value: string, ttlSeconds: number) =>
    storing("set", opcodes.set, key, value, ttlSeconds, readDone),
  add: (key: string, value: string, ttlSeconds: number) =>
    storing("add", opcodes.add, key, value, ttlSeconds, added),
  cas: (key: string, value: string, version: Version, ttlSeconds: number): Call<boolean> => ({
    ...storing("cas", opcodes.set, key, value, ttlSeconds, unchanged),
    ...boundTo(version)
  }),
  delete: (key: string, version: Version | undefined): Call<boolean> => ({
    ...call("delete", opcodes.delete, key, nothing, "", unchanged),
    ...boundTo(version)
  }),
  append: (key: string, value: string) => call("append", opcodes.append, key, nothing, value, appended),
  increment: (key: string, by: number, initial: number, ttlSeconds: number) =>
    call("increment", opcodes.increment, key, countExtras(by, initial, ttlSeconds), "", readCount),
  version: () => call("version", opcodes.version, "", nothing, "", readText)
} as const

const reading = <A>(operation: Operation, key: string, read: Reader<A>): Call<A> =>
  call(operation, opcodes.getWithKey, key, nothing, "", read)

const storing = <A>(
  operation: Operation,
  opcode: number,
  key: string,
  value: string,
  ttlSeconds: number,
  read: Reader<A>
): Call<A> => call(operation, opcode, key, storeExtras(ttlSeconds), value, read)

/** All calls have one form: V8 reads such objects faster. */
const call = <A>(
  operation: Operation,
  opcode: number,
  key: string,
  extras: Buffer,
  value: string,
  read: Reader<A>
): Call<A> => ({
  operation,
  opcode,
  key,
  extras,
  value,
  version: undefined,
  generation: undefined,
  read,
  outdated: undefined
})

/** As `gets` gave it. */
const boundTo = (version: Version | undefined) =>
  version === undefined
    ? undefined
    : { version: versionBytes(version), generation: versionGeneration(version), outdated: false }

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

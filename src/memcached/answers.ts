/** What a server's answer means for each kind of operation. */
import { Exit, Option } from "effect"
import { type Answer, valueOf } from "./answer-stream.ts"
import type { Failure, Refusal, Version, Versioned } from "./backend.ts"
import { statuses } from "./binary-protocol.ts"
import { largestCount } from "./item-rules.ts"

/** The server's answer, or what its silence to a quiet request says. */
export type Reply = Answer | { readonly status: number; readonly bytes?: undefined }

/** `generation` is that of the connection the answer came on. */
export type Reader<A> = (reply: Reply, generation: number) => Exit.Exit<A, Failure>

const absent = Exit.succeed(Option.none<never>())
const yes = Exit.succeed(true)
const no = Exit.succeed(false)

export const readValue: Reader<Option.Option<string>> = (reply) => {
  if (reply.status === statuses.notFound) return absent
  return isDone(reply) ? Exit.succeed(Option.some(valueOf(reply))) : refusedBy(reply.status)
}

export const readVersioned: Reader<Option.Option<Versioned>> = (reply, generation) => {
  if (reply.status === statuses.notFound) return absent
  if (!isDone(reply)) return refusedBy(reply.status)
  const hex = reply.bytes.toString("hex", reply.versionAt, reply.versionAt + versionLength)
  // A server started with -C sends 0, and a `cas` with 0 would be a blind `set`.
  if (hex === noVersion) return refused("VersionsDisabled")
  return Exit.succeed(Option.some({ value: valueOf(reply), version: `${generation}.${hex}` as Version }))
}

export const readDone: Reader<void> = ({ status }) =>
  status === statuses.done ? Exit.void : refusedBy(status)

/** `true` when done, `false` for the given statuses. */
export const readYesUnless =
  (...nos: ReadonlyArray<number>): Reader<boolean> =>
  ({ status }) =>
    status === statuses.done ? yes : nos.includes(status) ? no : refusedBy(status)

export const readCount: Reader<number> = (reply) => {
  if (!isDone(reply)) return refusedBy(reply.status)
  // With another length, bytes of the next answer would be read.
  if (reply.end - reply.valueAt !== countLength) return refused("Other")
  const count = reply.bytes.readBigUInt64BE(reply.valueAt)
  return count <= largestCount ? Exit.succeed(Number(count)) : refused("NumberTooLarge")
}

export const readText: Reader<string> = (reply) =>
  isDone(reply) ? Exit.succeed(valueOf(reply)) : refusedBy(reply.status)

/** The connection on which a version was read: a restarted server counts versions from 1 again. */
export const versionGeneration = (version: string): number => Number.parseInt(version, 10)

export const versionBytes = (version: string): Buffer =>
  Buffer.from(version.slice(version.indexOf(".") + 1), "hex")

const versionLength = 8
const noVersion = "00".repeat(versionLength)
const countLength = 8

const isDone = (reply: Reply): reply is Answer => reply.status === statuses.done && reply.bytes !== undefined

const refusals: ReadonlyMap<number, Refusal> = new Map([
  [statuses.tooLarge, "ValueTooLarge"],
  [statuses.invalidArguments, "InvalidArguments"],
  [statuses.notANumber, "NotANumber"],
  [statuses.outOfMemory, "OutOfMemory"]
])

const refusedBy = (status: number): Exit.Exit<never, Failure> => refused(refusals.get(status) ?? "Other")

const refused = (status: Refusal): Exit.Exit<never, Failure> => Exit.fail({ _tag: "Refused", status })

/** What a server's answer means for each kind of operation. */
import { Exit, Option } from "effect"
import type { Response } from "memjs"
import type { Failure, Refusal, Version, Versioned } from "./backend.ts"
import { statuses } from "./binary-protocol.ts"
import { largestCount } from "./item-rules.ts"

/** `generation` is that of the connection the answer came on. */
export type Reader<A> = (response: Response, generation: number) => Exit.Exit<A, Failure>

const absent = Exit.succeed(Option.none<never>())
const yes = Exit.succeed(true)
const no = Exit.succeed(false)

export const readValue: Reader<Option.Option<string>> = ({ header, val }) => {
  if (header.status === statuses.done) return Exit.succeed(Option.some(val.toString()))
  return header.status === statuses.notFound ? absent : refusedBy(header.status)
}

export const readVersioned: Reader<Option.Option<Versioned>> = ({ header, val }, generation) => {
  if (header.status === statuses.notFound) return absent
  if (header.status !== statuses.done) return refusedBy(header.status)
  const hex = header.cas.toString("hex")
  // A server started with -C sends 0, and a `cas` with 0 would be a blind `set`.
  if (hex === noVersion) return refused("VersionsDisabled")
  return Exit.succeed(Option.some({ value: val.toString(), version: `${generation}.${hex}` as Version }))
}

export const readDone: Reader<void> = ({ header }) =>
  header.status === statuses.done ? Exit.void : refusedBy(header.status)

/** `true` when done, `false` for the given statuses. */
export const readYesUnless =
  (...nos: ReadonlyArray<number>): Reader<boolean> =>
  ({ header }) =>
    header.status === statuses.done ? yes : nos.includes(header.status) ? no : refusedBy(header.status)

export const readCount: Reader<number> = ({ header, val }) => {
  if (header.status !== statuses.done) return refusedBy(header.status)
  const count = val.readBigUInt64BE(0)
  return count <= largestCount ? Exit.succeed(Number(count)) : refused("NumberTooLarge")
}

export const readText: Reader<string> = ({ header, val }) =>
  header.status === statuses.done ? Exit.succeed(val.toString()) : refusedBy(header.status)

/** The connection on which a version was read: a restarted server counts versions from 1 again. */
export const versionGeneration = (version: string): number => Number.parseInt(version, 10)

export const versionBytes = (version: string): Buffer =>
  Buffer.from(version.slice(version.indexOf(".") + 1), "hex")

const noVersion = "0000000000000000"

const refusals: ReadonlyMap<number, Refusal> = new Map([
  [statuses.tooLarge, "ValueTooLarge"],
  [statuses.invalidArguments, "InvalidArguments"],
  [statuses.notANumber, "NotANumber"],
  [statuses.outOfMemory, "OutOfMemory"]
])

const refusedBy = (status: number): Exit.Exit<never, Failure> => refused(refusals.get(status) ?? "Other")

const refused = (status: Refusal): Exit.Exit<never, Failure> => Exit.fail({ _tag: "Refused", status })

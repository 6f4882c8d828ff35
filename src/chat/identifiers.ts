import { Effect, Random } from "effect"
import type { RoomId, WriteId } from "../core/room.ts"

const alphabet = Array.from("0123456789abcdefghijklmnopqrstuvwxyz")
const twoDigits = alphabet.flatMap((first) => alphabet.map((second) => first + second))
const threeDigits = twoDigits.flatMap((first) => alphabet.map((second) => first + second))

/**
 * A safe integer in base 36: 11 digits. From a table, since JavaScript's own conversion takes as long as half an operation of
 * memcached, and every write has such a name.
 */
const digitsOf = (integer: number): string => {
  const base = threeDigits.length
  const thousands = Math.floor(integer / base)
  const millions = Math.floor(thousands / base)
  const rest = Math.floor(millions / base)
  return `${twoDigits[rest]}${threeDigits[millions % base]}${threeDigits[thousands % base]}${threeDigits[integer % base]}`
}

const part = (random: { readonly nextIntUnsafe: () => number }): string =>
  digitsOf(Math.abs(random.nextIntUnsafe()))

// Two safe integers make about 2^106 names. Not decoded: the form is that of both schemas.
const identifier = Effect.map(Random.Random, (random) => part(random) + part(random))

/** A fresh room name. */
export const newRoomId: Effect.Effect<RoomId> = Effect.map(identifier, (name) => name as RoomId)

/** A fresh mark for a write. */
export const newWriteId: Effect.Effect<WriteId> = Effect.map(identifier, (name) => name as WriteId)

/** A fresh room name from a fresh mark: whoever marks what they write opens one room at most by that name. */
export const roomNamedAfter = (mark: WriteId): RoomId => mark as string as RoomId

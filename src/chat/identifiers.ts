import { Effect, Random } from "effect"
import type { RoomId, WriteId } from "../core/room.ts"

/** A fresh room name. */
export const newRoomId: Effect.Effect<RoomId> = Effect.map(Random.Random, (random) => name(random) as RoomId)

/** A fresh mark for a write. */
export const newWriteId: Effect.Effect<WriteId> = Effect.map(
  Random.Random,
  (random) => name(random) as WriteId
)

/**
 * Fresh marks without an effect for each, since every search needs one. Two digits count, and the others are drawn anew when all counts were
 * used: two random numbers for each mark would take as long as a third of an operation of memcached.
 */
export const writeIds: Effect.Effect<() => WriteId> = Effect.map(Random.Random, (random) => {
  const digits = Buffer.alloc(2 * digitsOfInteger)
  let count = 0
  return () => {
    if (count === 0) writeName(random, digits)
    digits[0] = digitCodes[count >>> bitsOfDigit] ?? 0
    digits[1] = digitCodes[count & digitMask] ?? 0
    count = (count + 1) % countsOfTwoDigits
    return digits.toString("latin1") as WriteId
  }
})

/** A fresh room name from a fresh mark. The mark serves one search, which opens one room at most. */
export const roomNamedAfter = (mark: WriteId): RoomId => mark as string as RoomId

/** Two safe integers make about 2^106 names. Not decoded: the form is that of both schemas. */
const name = (random: Integers): string => {
  writeName(random, scratch)
  return scratch.toString("latin1")
}

const writeName = (random: Integers, digits: Buffer): void => {
  writeDigits(digits, Math.abs(random.nextIntUnsafe()), 0)
  writeDigits(digits, Math.abs(random.nextIntUnsafe()), digitsOfInteger)
}

interface Integers {
  readonly nextIntUnsafe: () => number
}

/** Of a safe integer, in base 32. */
const digitsOfInteger = 11

const digitCodes = Buffer.from("0123456789abcdefghijklmnopqrstuv", "latin1")
const bitsOfDigit = 5
const digitMask = 31

/** The lower part of an integer takes 30 of its 53 bits, so that both are within the 32 bits of JavaScript's bit operations. */
const lowDigits = 6
const lowMask = 0x3fff_ffff

const countsOfTwoDigits = 2 ** (2 * bitsOfDigit)

const scratch = Buffer.alloc(2 * digitsOfInteger)

/** Writes a safe integer at `start`. JavaScript's own conversion takes as long as half an operation of memcached, and every write has such a name. */
const writeDigits = (digits: Buffer, integer: number, start: number): void => {
  let low = integer & lowMask
  let high = (integer - low) / (lowMask + 1)
  const lowStart = start + digitsOfInteger - lowDigits
  for (let place = start + digitsOfInteger - 1; place >= lowStart; place -= 1) {
    digits[place] = digitCodes[low & digitMask] ?? 0
    low >>>= bitsOfDigit
  }
  for (let place = lowStart - 1; place >= start; place -= 1) {
    digits[place] = digitCodes[high & digitMask] ?? 0
    high >>>= bitsOfDigit
  }
}

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
 * Fresh marks without an effect for each, since every search needs one: parts of a text of a thousand. Two random numbers for each mark, or a
 * call into Node, would take as long as a third of an operation of memcached.
 */
export const writeIds: Effect.Effect<() => WriteId> = Effect.map(Random.Random, (random) => {
  let marks = ""
  let next = 0
  return () => {
    if (next === marks.length) {
      marks = countedNames(random)
      next = 0
    }
    next += digitsOfName
    return marks.slice(next - digitsOfName, next) as WriteId
  }
})

/** A fresh room name from a fresh mark. The mark serves one search, which opens one room at most. */
export const roomNamedAfter = (mark: WriteId): RoomId => mark as string as RoomId

/** Two safe integers make about 2^106 names. Not decoded: the form is that of both schemas. */
const name = (random: Integers): string => {
  writeName(random, scratch)
  return scratch.toString("latin1")
}

/** All names that differ in their first two digits, which count; the others are drawn. */
const countedNames = (random: Integers): string => {
  writeName(random, scratch)
  const names = Buffer.alloc(countsOfTwoDigits * digitsOfName, scratch)
  for (let count = 0; count < countsOfTwoDigits; count += 1) {
    names[count * digitsOfName] = digitCodes[count >>> bitsOfDigit] ?? 0
    names[count * digitsOfName + 1] = digitCodes[count & digitMask] ?? 0
  }
  return names.toString("latin1")
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
const digitsOfName = 2 * digitsOfInteger

const digitCodes = Buffer.from("0123456789abcdefghijklmnopqrstuv", "latin1")
const bitsOfDigit = 5
const digitMask = 31

/** The lower part of an integer takes 30 of its 53 bits, so that both are within the 32 bits of JavaScript's bit operations. */
const lowDigits = 6
const lowMask = 0x3fff_ffff

const countsOfTwoDigits = 2 ** (2 * bitsOfDigit)

const scratch = Buffer.alloc(digitsOfName)

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

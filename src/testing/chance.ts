/** Chance from a seed: quick generators, and draws that depend on nothing but what they are drawn for. */

/** A seeded stream of numbers; the shape of Effect's Random. */
export interface Chance {
  /** From 0 to below 1. */
  readonly nextDoubleUnsafe: () => number
  /** A safe integer. */
  readonly nextIntUnsafe: () => number
}

/** Streams of two different seeds have nothing in common. */
export const chanceFrom = (seed: string): Chance => {
  // sfc32 (PractRand), begun with four hashes of the seed: a tenth of the cost of Effect's own generator, which is made for secrets.
  let a = hashOf(seed, 1)
  let b = hashOf(seed, 2)
  let c = hashOf(seed, 3)
  let counter = 1
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return sum >>> 0
  }
  for (let round = 0; round < roundsToMix; round += 1) next()
  return {
    nextDoubleUnsafe: () => next() / two32,
    nextIntUnsafe: () => (next() & mask21) * two32 + next()
  }
}

/** One of several numbers from 0 to below 1 that depend on a hash alone. */
export const drawFrom = (hash: number, which: number): number =>
  mixed(hash + Math.imul(which, goldenRatio)) / two32

/** FNV-1a with a final mix (murmur3), 32 bits. */
export const hashOf = (words: string, seed: number): number => {
  let hash = seed ^ fnvOffset
  for (let place = 0; place < words.length; place += 1) {
    hash = Math.imul(hash ^ words.charCodeAt(place), fnvPrime)
  }
  return mixed(hash)
}

const mixed = (bits: number): number => {
  let hash = bits
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

const roundsToMix = 12
/** 2^32 through the golden ratio: multiples of it lie far apart (Knuth, TAOCP 6.4). */
const goldenRatio = 0x9e3779b9
const two32 = 2 ** 32
const mask21 = 2 ** 21 - 1
const fnvOffset = 0x811c9dc5
const fnvPrime = 0x01000193

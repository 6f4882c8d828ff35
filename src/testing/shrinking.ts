/** Shrinking: the shortest part of a story that still breaks the same guarantee. */
import type { Deed } from "./story.ts"

/** A part of a story, and how much work was done to find it. */
export interface Shrunk {
  readonly deeds: ReadonlyArray<Deed>
  /** How many parts were tried. */
  readonly tried: number
}

/**
 * How many deeds are done again in all while a story is shrunk. Counted in deeds, not in seconds, so that the same story always
 * shrinks to the same part.
 */
export const mostDeedsDoneAgain = 400_000

/** How many of the last deeds of a long story are tried first, and by what factor more the next time. */
const firstWindow = 250
const windowGrowth = 8

/** Whether a part of a story, told alone, breaks the guarantee. */
export type Fails = (part: ReadonlyArray<Deed>) => boolean

/**
 * Shrinks a story that fails with its last deed. First to a stretch at the end, then to the fewest users, then to the fewest deeds
 * (delta debugging: Zeller, Hildebrandt 2002).
 */
export const shrink = (story: ReadonlyArray<Deed>, fails: Fails, budget = mostDeedsDoneAgain): Shrunk => {
  let left = budget
  let tried = 0
  const test: Fails = (part) => {
    if (part.length === 0 || left < part.length) return false
    left -= part.length
    tried += 1
    return fails(part)
  }
  let deeds = story
  for (let length = firstWindow; length < story.length; length *= windowGrowth) {
    const window = story.slice(-length)
    if (!test(window)) continue
    deeds = window
    break
  }
  const people = [...Map.groupBy(deeds, groupOf).values()]
  const few = minimal(people, (groups) => test(inOrder(groups.flat())))
  return { deeds: minimal(inOrder(few.flat()), test), tried }
}

/** The parts without which the failure is gone: chunks are left out, halved and halved again, until none can go. */
export const minimal = <A>(
  whole: ReadonlyArray<A>,
  fails: (part: ReadonlyArray<A>) => boolean
): ReadonlyArray<A> => {
  let kept = whole
  for (let size = Math.ceil(kept.length / 2); size >= 1;) {
    const before = kept.length
    for (let end = kept.length; end > 0; end -= size) {
      const part = kept.toSpliced(Math.max(0, end - size), Math.min(size, end))
      if (fails(part)) kept = part
    }
    if (size > 1) size = Math.ceil(size / 2)
    else if (kept.length === before) break
  }
  return kept
}

/** Whose deed it is; faults of servers go together. */
const groupOf = ({ what }: Deed): string => ("user" in what ? what.user : "servers")

const inOrder = (deeds: ReadonlyArray<Deed>): ReadonlyArray<Deed> =>
  deeds.toSorted((one, other) => one.number - other.number)

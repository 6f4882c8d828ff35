/** Numbers of deeds as they are written for `--only`: a part that could not be shrunk has thousands, nearly all in a row. */

/** More deeds than a story is shrunk from: a list that names more is a slip. */
const mostNumbers = 1_000_000

/** Ascending numbers, in as few words as possible: `1-17,19,23-40`. */
export const rangesOf = (numbers: ReadonlyArray<number>): string => {
  const ranges: Array<{ readonly first: number; last: number }> = []
  for (const number of numbers) {
    const range = ranges.at(-1)
    if (range !== undefined && number === range.last + 1) range.last = number
    else ranges.push({ first: number, last: number })
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(",")
}

/** The numbers that are written so, in any order; undefined: these are none. */
export const numbersIn = (ranges: string): ReadonlySet<number> | undefined => {
  if (!rangesPattern.test(ranges)) return undefined
  const numbers = new Set<number>()
  for (const range of ranges.split(",")) {
    const [first = 0, last = first] = range.split("-").map(Number)
    if (last < first || last - first + numbers.size >= mostNumbers) return undefined
    for (let number = first; number <= last; number += 1) numbers.add(number)
  }
  return numbers
}

const rangesPattern = /^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/u

import { minutesPerHour } from "./durations.ts"

/** Numbers from the first to the last, both included: weeks of a term, periods of a day. */
export interface Span {
  readonly from: number
  readonly to: number
}

const minutes = (hour: number, minute: number): number => hour * minutesPerHour + minute

/** When each period begins, in minutes since midnight, as the gateway's contract gives them; periods count from 1. */
const starts: ReadonlyArray<number> = [
  minutes(8, 0),
  minutes(8, 50),
  minutes(9, 50),
  minutes(10, 40),
  minutes(11, 30),
  minutes(14, 0),
  minutes(14, 50),
  minutes(15, 50),
  minutes(16, 40),
  minutes(17, 30),
  minutes(18, 30),
  minutes(19, 20),
  minutes(20, 10)
]

const periodMinutes = 45

export const lastPeriod = starts.length

export const startMinute = (period: number): number => starts[period - 1] ?? 0
export const endMinute = (period: number): number => startMinute(period) + periodMinutes

export const isPeriods = ({ from, to }: Span): boolean => from >= 1 && from <= to && to <= lastPeriod

/** Between two periods of one block people stay where they are. */
const longestBreakWithinBlock = 5

/** The periods that follow one another without a longer break: 1–2, 3–5, 6–7, 8–10, 11–13. */
export const blocks: ReadonlyArray<Span> = starts.reduce<ReadonlyArray<Span>>((found, _start, index) => {
  const period = index + 1
  const last = found.at(-1)
  return last !== undefined && startMinute(period) - endMinute(last.to) <= longestBreakWithinBlock
    ? [...found.slice(0, -1), { from: last.from, to: period }]
    : [...found, { from: period, to: period }]
}, [])

/** The rest of this day, block by block; of the block under way, the periods that have not ended. */
export const blocksAfter = (minute: number): ReadonlyArray<Span> =>
  blocks.flatMap(({ from, to }) => {
    const period = Array.from({ length: to - from + 1 }, (_, index) => from + index).find(
      (one) => endMinute(one) > minute
    )
    return period === undefined ? [] : [{ from: period, to }]
  })

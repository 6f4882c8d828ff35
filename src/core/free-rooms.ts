import type { Day, SchoolTime } from "./calendar.ts"
import { blocks, blocksAfter, endMinute, type Span, startMinute } from "./periods.ts"

/** Periods of one day for which free rooms are asked. */
export interface RoomQuestion {
  readonly day: Day
  readonly periods: Span
  /** Whether the first of the periods is under way. */
  readonly isNow: boolean
}

/** What somebody who asks for a free room wants to know: now and the next block; after the last period, the next morning. */
export const roomQuestions = ({ day, minute }: SchoolTime): ReadonlyArray<RoomQuestion> => {
  const today = blocksAfter(minute)
    .slice(0, 2)
    .map((periods) => ({
      day,
      periods,
      isNow: startMinute(periods.from) <= minute && minute < endMinute(periods.from)
    }))
  const [first] = blocks
  if (today.length > 0 || first === undefined) return today
  return [{ day: day + 1, periods: first, isNow: false }]
}

export interface Building {
  readonly name: string
  readonly rooms: ReadonlyArray<string>
}

/** Rooms by building, as their names tell it: `教一-101`, `J8-204`, `九龙湖教四 302`. Names without a number stand alone. */
export const byBuilding = (names: ReadonlyArray<string>): ReadonlyArray<Building> => {
  const buildings = new Map<string, Array<string>>()
  for (const name of new Set(names)) {
    const [, building = "", room = name] = /^(.*\D)?(\d[^-－—_\s]*)$/u.exec(name.trim()) ?? []
    const key = building.replace(/[-－—_#\s]+$/u, "")
    const rooms = buildings.get(key) ?? []
    rooms.push(room)
    buildings.set(key, rooms)
  }
  return [...buildings]
    .map(([name, rooms]) => ({ name, rooms: rooms.sort(byNumber) }))
    .sort((one, other) => compareNames(one.name, other.name))
}

/** 教一, 教二, 教三, 教十: in the order in which people count, which is not that of the characters. */
const compareNames = (one: string, other: string): number =>
  compare(counted(one), counted(other)) || compare(one, other)

const { compare } = new Intl.Collator("zh-CN", { numeric: true })

const digits = "一二三四五六七八九"
const digitOf = (character: string | undefined): number =>
  character === undefined ? 0 : digits.indexOf(character) + 1

/** Writes a number below a hundred as digits if it ends a name or follows 第; the 九 and 四 of 九龙湖 and 四牌楼 stay. */
const counted = (name: string): string =>
  name.replaceAll(numbers, (all: string, tens: string | undefined, ones: string | undefined) =>
    String(all.includes("十") ? 10 * (digitOf(tens) || 1) + digitOf(ones) : digitOf(all))
  )

const numbers = new RegExp(
  `(?:(?<=第)|(?=[十${digits}]+$))(?:([${digits}])?十([${digits}])?|[${digits}])`,
  "gu"
)

const byNumber = (one: string, other: string): number => compareNames(one, other)

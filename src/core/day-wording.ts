import { type Day, weekdayOf, yearMonthDayOf } from "./calendar.ts"
import { minutesPerDay, minutesPerHour } from "./durations.ts"
import type { Weekday } from "./campus-data.ts"

const weekdayNames = {
  1: "星期一",
  2: "星期二",
  3: "星期三",
  4: "星期四",
  5: "星期五",
  6: "星期六",
  7: "星期日"
} as const satisfies Record<Weekday, string>

export const weekdayName = (weekday: Weekday): string => weekdayNames[weekday]

/** `11月24日 星期二`. */
export const dateInWords = (date: Day): string => `${shortDate(date)} ${weekdayName(weekdayOf(date))}`

/** `11月24日`. */
export const shortDate = (date: Day): string => {
  const { month, day } = yearMonthDayOf(date)
  return `${month}月${day}日`
}

/** `2 天 3 小时`, `1 小时 20 分钟`, `25 分钟`: two units at most, without one that is zero. */
export const timeUntil = (minutes: number): string => {
  const [days, hours, rest] = [
    Math.floor(minutes / minutesPerDay),
    Math.floor((minutes % minutesPerDay) / minutesPerHour),
    minutes % minutesPerHour
  ]
  const parts =
    days > 0 ? [counted(days, "天"), counted(hours, "小时")] : [counted(hours, "小时"), counted(rest, "分钟")]
  return parts.filter((part) => part !== "").join(" ") || "不到 1 分钟"
}

const counted = (count: number, unit: string): string => (count === 0 ? "" : `${count} ${unit}`)

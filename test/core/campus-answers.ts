/** Answers of the school of every kind, for the tests of their words. */
import { buttons, isCampusButton } from "../../src/core/button.ts"
import { dayIn } from "../../src/core/calendar.ts"
import type { CampusAnswer } from "../../src/core/campus-answer.ts"
import type { Season } from "../../src/core/timetable.ts"

export const today = dayIn("2026-11-24") ?? 0
const link = "https://chat.example.edu/timetable?for=0123456789abcdef0123456789abcdef&until=1795000000"

const classTime = {
  course: "高等数学",
  place: "教一-101",
  periods: { from: 3, to: 4 },
  startMinute: 590,
  endMinute: 685
}
const untimed = { weekday: 2, course: "军训", place: "操场", written: "[1-16周]" } as const
const seasons: ReadonlyArray<Season> = [
  { _tag: "Term", week: 12 },
  { _tag: "Before", start: today + 100 },
  { _tag: "After" },
  { _tag: "Unknown" }
]
const plans = [
  { day: today, season: { _tag: "Term", week: 12 } as const, classes: [classTime], untimed: [untimed] },
  ...seasons.map((season) => ({ day: today, season, classes: [], untimed: [] }))
]
const book = {
  barcode: "1",
  title: "算法导论",
  author: "Cormen",
  place: "总馆",
  renewable: true
}
const many = Array.from({ length: 300 }, (_, index) => index)

export const campusAnswers: ReadonlyArray<CampusAnswer> = [
  ...plans.flatMap((plan): ReadonlyArray<CampusAnswer> => [
    { _tag: "Today", plan, link },
    { _tag: "Tomorrow", plan: { ...plan, day: today + 1 }, link },
    { _tag: "TimetableUpdated", plan, link }
  ]),
  ...seasons.map((season): CampusAnswer => ({ _tag: "NextClass", today, season, link })),
  ...[0, 1, 5].map((days): CampusAnswer => ({
    _tag: "NextClass",
    today,
    season: { _tag: "Term", week: 12 },
    next: { day: today + days, class: classTime, minutesUntil: 80 + days * 1440 },
    link
  })),
  { _tag: "Notices", notices: [] },
  {
    _tag: "Notices",
    notices: many.map((index) => ({
      section: "教务信息",
      title: `关于第 ${index} 次考试的通知`,
      href: `http://jwc.example.edu/${index}.html?${"x".repeat(200)}`,
      date: "2026-11-20"
    }))
  },
  {
    _tag: "FreeRooms",
    today,
    found: [true, false].map((isNow) => ({
      question: { day: today, periods: { from: 3, to: 5 }, isNow },
      rooms: { total: 300, names: many.map((index) => `教${index % 40}-${100 + index}`) }
    }))
  },
  { _tag: "NoSuchPeriods" },
  { _tag: "Books", today, books: [], renewLink: link },
  {
    _tag: "Books",
    today,
    books: many.map((index) => ({
      ...book,
      dueDate: `2026-12-${String((index % 28) + 1).padStart(2, "0")}`
    })),
    renewLink: link
  },
  { _tag: "Running", running: { count: 31 } },
  { _tag: "Running", running: { count: 31, rankPercent: "88", daysLeft: 0 } },
  { _tag: "AsOf", now: { day: today, minute: 700 }, fetched: { day: today, minute: 632 } },
  { _tag: "AsOf", now: { day: today, minute: 700 }, fetched: { day: today - 1, minute: 632 } },
  ...buttons.filter(isCampusButton).map((button): CampusAnswer => ({ _tag: "BindFirst", button, link })),
  { _tag: "BindLink", link },
  { _tag: "BindAgain", link },
  ...(["refreshing", "silent", "broken", "garbled"] as const).map((why): CampusAnswer => ({
    _tag: "NoAnswer",
    why
  }))
]

import { clockOf, type Day, type SchoolTime } from "./calendar.ts"
import type { CampusAnswer } from "./campus-answer.ts"
import { wordBooks, wordFreeRooms, wordNotices, wordRunning } from "./campus-lists.ts"
import { dateInWords, shortDate, timeUntil } from "./day-wording.ts"
import { lastPeriod, type Span } from "./periods.ts"
import type { ClassTime, DayPlan, Season } from "./timetable.ts"
import type { Lesson } from "./timetable-entry.ts"

/** The words of every answer of the school. */
export const wordCampus = (answer: CampusAnswer): string => {
  switch (answer._tag) {
    case "Today":
      return withWeek(dayInWords("今天", answer.plan), answer.link)
    case "Tomorrow":
      return withWeek(dayInWords("明天", answer.plan), answer.link)
    case "NextClass":
      return withWeek(nextInWords(answer), answer.link)
    case "TimetableUpdated":
      return withWeek(["课表更新好了。", dayInWords("今天", answer.plan)].join("\n"), answer.link)
    case "Notices":
      return wordNotices(answer.notices)
    case "FreeRooms":
      return wordFreeRooms(answer)
    case "NoSuchPeriods":
      return `一天有 ${lastPeriod} 节课，例如发送「空闲教室 3-4」。`
    case "Books":
      return wordBooks(answer)
    case "Running":
      return wordRunning(answer.running)
    case "AsOf":
      return asOf(answer)
    case "BindFirst":
      return `「${answer.button}」要先绑定校园卡：\n${link(answer.link, "点这里绑定")}`
    case "BindLink":
      return `在这里绑定校园卡，或换一张：\n${link(answer.link, "绑定校园卡")}`
    case "BindAgain":
      return `学校说卡号或密码不对了，请重新绑定：\n${link(answer.link, "点这里绑定")}`
    case "NoAnswer":
      return noAnswer[answer.why]
  }
}

const noAnswer = {
  refreshing: "学校正在准备最新的数据，请过一会儿再问一次。",
  silent: "学校系统现在没有回答，请过一会儿再试。",
  broken: "学校系统出了问题，请过一会儿再试。",
  garbled: "学校系统的回答看不懂，小猴已经记下来了，请过一会儿再试。"
} as const

/** A link as WeChat shows it in a text. */
export const link = (address: string, label: string): string => `<a href="${address}">${label}</a>`

const withWeek = (words: string, address: string): string => `${words}\n${link(address, "看整周课表")}`

const dayInWords = (name: "今天" | "明天", plan: DayPlan): string => {
  const head = [`${name} ${dateInWords(plan.day)}`, weekInWords(plan.season)]
    .filter((part) => part !== "")
    .join(" · ")
  const free = plan.classes.length === 0 && plan.untimed.length === 0
  return [
    head,
    ...(free ? [noClasses(name, plan.season)] : []),
    ...plan.classes.map(classInWords),
    ...(plan.untimed.length === 0 ? [] : ["时间没有写清的：", ...plan.untimed.map(lessonInWords)])
  ].join("\n")
}

const weekInWords = (season: Season): string => (season._tag === "Term" ? `第${season.week}周` : "")

const noClasses = (name: string, season: Season): string => {
  switch (season._tag) {
    case "Before":
      return `还没开学，第1周从${dateInWords(season.start)}开始。`
    case "After":
      return "这学期的课已经上完了。"
    case "Term":
    case "Unknown":
      return `${name}没有课。`
  }
}

const classInWords = ({ course, place, periods, startMinute, endMinute }: ClassTime): string =>
  `${clockOf(startMinute)}–${clockOf(endMinute)} ${course}\n　${[place, `第${spanInWords(periods)}节`].filter((part) => part !== "").join(" · ")}`

/** As the school wrote it. */
const lessonInWords = ({ course, written, place }: Lesson): string =>
  `· ${[course, written, place].filter((part) => part !== "").join(" ")}`

export const spanInWords = ({ from, to }: Span): string => (from === to ? String(from) : `${from}–${to}`)

const nextInWords = ({
  today,
  season,
  next
}: Extract<CampusAnswer, { readonly _tag: "NextClass" }>): string => {
  if (next === undefined) return season._tag === "After" ? noClasses("", season) : "这学期后面没有课了。"
  return [
    `下节课：${next.class.course}`,
    `${nearDay(next.day, today)} ${classTime(next.class)}`,
    ...(next.class.place === "" ? [] : [next.class.place]),
    `离上课还有 ${timeUntil(next.minutesUntil)}`
  ].join("\n")
}

const classTime = ({ startMinute, endMinute, periods }: ClassTime): string =>
  `${clockOf(startMinute)}–${clockOf(endMinute)}（第${spanInWords(periods)}节）`

const nearDay = (day: Day, today: Day): string => {
  const words = dateInWords(day)
  return day === today ? `今天 ${words}` : day === today + 1 ? `明天 ${words}` : words
}

const asOf = ({ now, fetched }: { readonly now: SchoolTime; readonly fetched: SchoolTime }): string => {
  if (fetched.day === now.day) return `数据更新于 ${clockOf(fetched.minute)}`
  return `数据更新于 ${shortDate(fetched.day)} ${clockOf(fetched.minute)}`
}

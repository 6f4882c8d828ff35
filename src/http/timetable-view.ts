/** A week of a timetable, drawn as one: days across, periods down. */
import { clockOf, type Day, weekdayOf, yearMonthDayOf } from "../core/calendar.ts"
import { daysPerWeek } from "../core/durations.ts"
import { dateInWords, weekdayName } from "../core/day-wording.ts"
import { endMinute, startMinute } from "../core/periods.ts"
import { timetablePage } from "../core/student-page-wording.ts"
import { type ClassTime, type DayPlan, planOf, seasonOf, type Timetable } from "../core/timetable.ts"
import { type Html, html } from "./html.ts"
import type { Page } from "./page.ts"
import { timetableStyle } from "./timetable-style.ts"

export interface TimetableView {
  readonly timetable: Timetable
  readonly today: Day
  /** The week that was asked for; absent: the one of today. */
  readonly week: number | undefined
  readonly link: string
  readonly calendarLink: string
  /** When the data was fetched, in words, if it is old. */
  readonly asOf: string | undefined
}

export const timetableView = ({ timetable, today, week, link, calendarLink, asOf }: TimetableView): Page => {
  const shown = weekShown(timetable, today, week)
  const plans = Array.from({ length: daysPerWeek }, (_, index) => planOf(timetable, shown.first + index))
  const untimed = plans.flatMap((plan) => plan.untimed.map((lesson) => ({ lesson, day: plan.day })))
  return {
    title: shown.week === undefined ? timetablePage.title : `${timetablePage.title} · 第${shown.week}周`,
    style: timetableStyle,
    body: html`${shown.note === undefined ? undefined : html`<p class="lead">${shown.note}</p>`}
      ${weekLinks(timetable, shown.week, week !== undefined, link)} ${grid(plans, today, shown.week)}
      ${
        untimed.length === 0
          ? undefined
          : html`<h2>${timetablePage.untimed}</h2>
              <ul class="notes">
                ${untimed.map(
                  ({ lesson, day }) =>
                    html`<li>
                      ${[dateInWords(day), lesson.course, lesson.written, lesson.place].filter(Boolean).join(" · ")}
                    </li>`
                )}
              </ul>`
      }
      <p><a href="${calendarLink}">${timetablePage.subscribe}</a></p>
      <p class="hint">${timetablePage.subscribeHint}</p>
      ${asOf === undefined ? undefined : html`<p class="hint">${asOf}</p>`}`
  }
}

const weekShown = (timetable: Timetable, today: Day, asked: number | undefined) => {
  const { start, lastWeek } = timetable
  if (start === undefined) return { first: today - weekdayOf(today) + 1 }
  const season = seasonOf(timetable, today)
  const current = season._tag === "Term" ? season.week : season._tag === "After" ? (lastWeek ?? 1) : 1
  const week = Math.min(asked ?? current, lastWeek ?? asked ?? current)
  const note =
    asked !== undefined || season._tag === "Term"
      ? undefined
      : season._tag === "Before"
        ? timetablePage.before
        : timetablePage.after
  return { first: start + (week - 1) * daysPerWeek, week, note }
}

const weekLinks = (timetable: Timetable, week: number | undefined, isAsked: boolean, link: string) => {
  if (week === undefined) return undefined
  const to = (target: number, label: string): Html => html`<a href="${`${link}&week=${target}`}">${label}</a>`
  return html`<nav aria-label="${timetablePage.otherWeeks}">
    ${week > 1 ? to(week - 1, timetablePage.previous) : undefined}
    ${isAsked ? html`<a href="${link}">${timetablePage.thisWeek}</a>` : undefined}
    ${week < (timetable.lastWeek ?? week) ? to(week + 1, timetablePage.next) : undefined}
  </nav>`
}

const grid = (plans: ReadonlyArray<DayPlan>, today: Day, week: number | undefined): Html => {
  // A weekend without classes would only make the other days narrower.
  const days = plans.filter(({ day, classes }) => weekdayOf(day) <= 5 || classes.length > 0 || day === today)
  const lastPeriod = Math.max(...plans.flatMap(({ classes }) => classes.map(({ periods }) => periods.to)), 0)
  if (lastPeriod === 0) return html`<p class="good">${timetablePage.empty}</p>`
  const columns = days.map((plan) => ({ day: plan.day, blocks: blocksOf(plan.classes) }))
  const rows = Array.from({ length: lastPeriod }, (_, index) => index + 1)
  return html`<table>
    <caption class="heard">
      ${timetablePage.caption(week)}
    </caption>
    <thead>
      <tr>
        <th scope="col">${timetablePage.period}</th>
        ${days.map(({ day }) => dayHead(day, day === today))}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (period) =>
          html`<tr>
            <th scope="row">
              ${period}<small>${clockOf(startMinute(period))}</small
              ><small>${clockOf(endMinute(period))}</small>
            </th>
            ${columns.flatMap(({ day, blocks }) => cell(blocks, period, day === today))}
          </tr>`
      )}
    </tbody>
  </table>`
}

const dayHead = (day: Day, isToday: boolean): Html => {
  const { month, day: date } = yearMonthDayOf(day)
  const words = html`${weekdayName(weekdayOf(day)).replace("星期", "周")}<small
      >${isToday ? timetablePage.today : `${month}/${date}`}</small
    >`
  return isToday
    ? html`<th scope="col" class="today" aria-current="date">${words}</th>`
    : html`<th scope="col">${words}</th>`
}

interface Block {
  readonly from: number
  readonly to: number
  readonly classes: ReadonlyArray<ClassTime>
}

/** Classes at the same time share a block. */
const blocksOf = (classes: ReadonlyArray<ClassTime>): ReadonlyArray<Block> =>
  classes.reduce<ReadonlyArray<Block>>((blocks, one) => {
    const last = blocks.at(-1)
    const { from, to } = one.periods
    return last !== undefined && from <= last.to
      ? [
          ...blocks.slice(0, -1),
          { from: last.from, to: Math.max(last.to, to), classes: [...last.classes, one] }
        ]
      : [...blocks, { from, to, classes: [one] }]
  }, [])

const cell = (blocks: ReadonlyArray<Block>, period: number, isToday: boolean): ReadonlyArray<Html> => {
  const block = blocks.find(({ from, to }) => period >= from && period <= to)
  const kind = isToday ? "today" : "day"
  if (block === undefined) return [html`<td class="${kind}"></td>`]
  if (block.from !== period) return []
  return [
    html`<td class="${kind} held" rowspan="${block.to - block.from + 1}">
      ${block.classes.map(
        ({ course, place, startMinute, endMinute }) =>
          html`<div class="class colour${colourOf(course)}">
            <b>${inParts(course)}</b><span>${inParts(place)}</span
            ><small>${clockOf(startMinute)}–${clockOf(endMinute)}</small>
          </div>`
      )}
    </td>`
  ]
}

/** Numbers and Latin words are not broken. After the dash of 教一-101 a new line is allowed, where a browser would avoid one. */
const inParts = (text: string): ReadonlyArray<Html> =>
  text.split(/([\p{Script=Latin}\d]{1,12})/u).map((part, at) => {
    if (at % 2 === 1) return html`<span class="whole">${part}</span>`
    return /[-–—－]$/u.test(part) ? html`${part}<wbr />` : html`${part}`
  })

const colours = 6

const colourOf = (course: string): number =>
  [...course].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 9_973, 0) % colours

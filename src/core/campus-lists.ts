import { clockOf, type Day, dayIn } from "./calendar.ts"
import type { CampusAnswer } from "./campus-answer.ts"
import type { Book, Notice, RunningCount } from "./campus-data.ts"
import { dateInWords, shortDate } from "./day-wording.ts"
import { byteLength, replyTextBytes } from "./folding.ts"
import { byBuilding, type Building, type RoomQuestion } from "./free-rooms.ts"
import { endMinute, startMinute } from "./periods.ts"

/** People look for the newest ones; the rest is on the school's own page. */
const noticesShown = 8

/** The newest notices, each once, as links. */
export const wordNotices = (notices: ReadonlyArray<Notice>): string => {
  const newest = newestNotices(notices).slice(0, noticesShown)
  if (newest.length === 0) return "最近没有教务信息。"
  return linesThatFit(["最新教务信息", ...newest.map(noticeInWords)])
}

/** Newest first; one that stands in several sections counts once; those without a date come last. */
const newestNotices = (notices: ReadonlyArray<Notice>): ReadonlyArray<Notice> => {
  const each = new Map(notices.map((notice) => [notice.href === "" ? notice.title : notice.href, notice]))
  return [...each.values()].sort((one, other) => (dayIn(other.date) ?? 0) - (dayIn(one.date) ?? 0))
}

const noticeInWords = ({ title, href, date }: Notice): string => {
  const day = dayIn(date)
  const words = title.replaceAll(/[<>]/gu, " ")
  const linked = webAddress(href) === undefined ? words : `<a href="${webAddress(href)}">${words}</a>`
  return day === undefined ? linked : `${shortDate(day)} ${linked}`
}

/** An address that can stand in a link; undefined: something else. */
const webAddress = (href: string): string | undefined =>
  /^https?:\/\/\S+$/u.test(href)
    ? href.replaceAll('"', "%22").replaceAll("<", "%3C").replaceAll(">", "%3E")
    : undefined

export const wordFreeRooms = ({
  today,
  found
}: Extract<CampusAnswer, { readonly _tag: "FreeRooms" }>): string => {
  // Each part may take its share, so that none pushes out the next.
  const share = Math.floor(replyTextBytes / Math.max(1, found.length)) - noteBytes
  return found
    .map(({ question, rooms }) =>
      linesThatFit(
        [
          `${spanOfTime(question, today)}：${rooms.total === 0 ? "没有空闲教室" : `${rooms.total} 间空闲`}`,
          ...byBuilding(rooms.names).map(buildingInWords)
        ],
        share
      )
    )
    .join("\n\n")
}

/** Room for the note below a list that says when the data was fetched. */
const noteBytes = 80

const spanOfTime = ({ day, periods, isNow }: RoomQuestion, today: Day): string => {
  const until = clockOf(endMinute(periods.to))
  const time = isNow ? `现在到 ${until}` : `${clockOf(startMinute(periods.from))}–${until}`
  const span = periods.from === periods.to ? String(periods.from) : `${periods.from}–${periods.to}`
  return `${day === today ? "" : "明天 "}${time}（第${span}节）`
}

/** A building with hundreds of rooms must not hide the others. */
const roomsShown = 12

const buildingInWords = ({ name, rooms }: Building): string => {
  const shown = rooms.slice(0, roomsShown).join(" ")
  const more = rooms.length > roomsShown ? ` 等 ${rooms.length} 间` : ""
  return `${name === "" ? "" : `【${name}】`}${shown}${more}`
}

export const wordBooks = ({
  today,
  books,
  renewLink
}: Extract<CampusAnswer, { readonly _tag: "Books" }>): string => {
  if (books.length === 0) return "你没有借书。"
  const lines = soonestFirst(books).map((book) => `${dueInWords(book, today)} 《${book.title}》`)
  const renew = books.some(({ renewable }) => renewable) ? [`<a href="${renewLink}">续借</a>`] : []
  return [linesThatFit([`借了 ${books.length} 本书：`, ...lines], replyTextBytes - linkBytes), ...renew].join(
    "\n"
  )
}

/** Room for a link; a signed one with its words is shorter. */
const linkBytes = 500

export const soonestFirst = (books: ReadonlyArray<Book>): ReadonlyArray<Book> =>
  [...books].sort(
    (one, other) =>
      (dayIn(one.dueDate) ?? Number.MAX_SAFE_INTEGER) - (dayIn(other.dueDate) ?? Number.MAX_SAFE_INTEGER)
  )

export const isLate = ({ dueDate }: Book, today: Day): boolean => (dayIn(dueDate) ?? today) < today

/** When a book has to go back, and whether it should have. */
export const dueInWords = ({ dueDate }: Book, today: Day): string => {
  const due = dayIn(dueDate)
  if (due === undefined) return dueDate === "" ? "还书日期不明" : dueDate
  if (due < today) return `【逾期 ${today - due} 天】${shortDate(due)}`
  if (due === today) return `【今天到期】${shortDate(due)}`
  return `${dateInWords(due)}（还有 ${due - today} 天）`
}

export const wordRunning = ({ count, rankPercent, daysLeft }: RunningCount): string =>
  [
    `这学期跑操 ${count} 次`,
    ...(rankPercent === undefined ? [] : [`超过了 ${rankPercent}% 的同学`]),
    ...(daysLeft === undefined ? [] : [daysLeft === 0 ? "跑操已经结束" : `还剩 ${daysLeft} 天可以跑`])
  ].join("，") + "。"

/** As many whole lines as fit in one message, and how many are left out. */
const linesThatFit = (lines: ReadonlyArray<string>, limitBytes = replyTextBytes - noteBytes): string => {
  const kept: Array<string> = []
  let bytes = 0
  for (const line of lines) {
    bytes += byteLength(line) + 1
    if (bytes > limitBytes) return [...kept, `（还有 ${lines.length - kept.length} 条没有列出）`].join("\n")
    kept.push(line)
  }
  return kept.join("\n")
}

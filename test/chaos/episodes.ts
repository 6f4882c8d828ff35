/** When each person can have been in a pair, as far as what they were told and did themselves shows it. */
import type { Act, Attempt, History, Received, Span } from "./history.ts"
import { type Notice, piecesOf } from "./notices.ts"

/** A time in which a person may have been in one pair. `partner` is found out from the lines. */
export interface Episode extends Span {
  readonly who: number
  /** When the person was told that the pair was made. */
  readonly toldAt: number
  partner: number | undefined
}

/** What somebody received piece by piece is read in this order; two things of the same moment as they were recorded. */
export const inOrder = (history: History): ReadonlyArray<Received> =>
  [...history.received].sort((a, b) => a.at - b.at)

/** Words that show that no pair was there when they were said. */
const ends: ReadonlySet<Notice> = new Set<Notice>([
  "looking",
  "searchFailed",
  "statusNotPaired",
  "partnerLeft",
  "idleEnded",
  "left"
])

/** What can lead out of one pair and into the next. */
const restless: ReadonlySet<string> = new Set(["配对", "更换", "退出"])

/**
 * A piece of news pushed by one server can be overtaken by an answer of another: words of an end that come by push this
 * soon after the word of a pair may belong to the pair before.
 */
const overtakenMillis = 10_000

/** An act without an answer may still be worked on for this long: a claim goes stale after 14 s, and then it has to be done. */
const unansweredMillis = 20_000

/** An answer that came this late may have been said for want of time. */
const lateAnswerMillis = 4_000

/** Whether an attempt was answered, and not with nothing for want of time. */
export const isAnswerInTime = ({ outcome, text, startedAt, endedAt }: Attempt): boolean =>
  outcome === 200 && (text !== "" || endedAt - startedAt < lateAnswerMillis)

/** Until when an act may have had an effect. */
export const effectiveUntil = ({ answered, endedAt }: Act): number =>
  answered !== undefined && isAnswerInTime(answered) ? endedAt : endedAt + unansweredMillis

export const episodesOf = (history: History, who: number): ReadonlyArray<Episode> => {
  const acts = history.acts.filter((act) => act.who === who)
  const clicks = acts.filter(({ kind, what }) => kind === "click" && restless.has(what))
  const episodes: Array<{ -readonly [K in keyof Episode]: Episode[K] }> = []
  let endedBeforeAt = 0

  const begin = (at: number) => {
    const sinceActs = acts
      .filter((act) => effectiveUntil(act) >= endedBeforeAt)
      .map(({ startedAt }) => startedAt)
    const startedAt = episodes.length === 0 ? 0 : Math.min(at, ...sinceActs)
    episodes.push({ who, startedAt, endedAt: Number.POSITIVE_INFINITY, toldAt: at, partner: undefined })
  }
  const end = (at: number) => {
    const last = episodes.at(-1)
    if (last === undefined || last.endedAt !== Number.POSITIVE_INFINITY) return
    last.endedAt = at
    endedBeforeAt = at
  }
  const isOpen = (last: Episode | undefined): last is Episode =>
    last !== undefined && last.endedAt === Number.POSITIVE_INFINITY

  for (const { at, text, act } of inOrder(history).filter((one) => one.who === who)) {
    // What was said in an answer was true at some moment since the question.
    const since = act?.startedAt ?? at
    for (const piece of piecesOf(text)) {
      if (piece._tag === "Line") continue
      const last = episodes.at(-1)
      if (piece.notice === "pairMade") {
        const again =
          isOpen(last) &&
          !clicks.some(
            (click) =>
              click.startedAt <= at &&
              effectiveUntil(click) >= last.startedAt &&
              click.startedAt > last.startedAt
          )
        if (again) continue
        end(at)
        begin(at)
      } else if (ends.has(piece.notice) && isOpen(last)) {
        const certain = act === undefined ? at - last.toldAt > overtakenMillis : since > last.toldAt
        if (certain) end(at)
      }
    }
  }
  return episodes
}

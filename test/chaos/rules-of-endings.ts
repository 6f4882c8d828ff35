/** When a pair ends, the other one hears of it, at once and after the lines. */
import type { Arrival } from "./arrivals.ts"
import { effectiveUntil, type Episode, inOrder } from "./episodes.ts"
import type { Finding } from "./finding.ts"
import type { Act, History, Received } from "./history.ts"
import { type Notice, notices } from "./notices.ts"
import { pushesAfter } from "./wechat-stand-in.ts"

/** A push takes milliseconds; this machine may be busy. */
const toldWithinMillis = 2_000

/** What was broken this long ago may still be felt. */
const feltMillis = 1_000

/** What somebody hears whose pair is over. */
const over: ReadonlySet<Notice> = new Set<Notice>([
  "partnerLeft",
  "idleEnded",
  "left",
  "looking",
  "searchFailed",
  "statusNotPaired",
  "pairMade"
])

/** Whom the lines showed to be whose partner, as `onlyToThePartner` leaves it in the episodes. */
type Episodes = ReadonlyMap<number, ReadonlyArray<Episode>>

/** Somebody pressed 退出 or 更换: the partner hears of it within seconds, as long as WeChat allows a push. */
export const partnerIsTold = (history: History, episodes: Episodes): ReadonlyArray<Finding> => {
  const byReader = Map.groupBy(inOrder(history), ({ who }) => who)
  const acts = Map.groupBy(history.acts, ({ who }) => who)
  const last = history.now()
  return history.acts.flatMap((act): ReadonlyArray<Finding> => {
    if (act.kind !== "click" || !["退出", "更换"].includes(act.what)) return []
    // An answer that says nothing of an end, such as 忙不过来, means that nothing was done.
    const answer = history.received.find((one) => one.act === act)
    if (answer !== undefined && !notices(answer.text).some((notice) => over.has(notice))) return []
    const mine = episodeAt(episodes.get(act.who) ?? [], act)
    const partner = mine?.partner
    const theirs = partner === undefined ? undefined : episodeAt(episodes.get(partner) ?? [], act)
    if (mine === undefined || partner === undefined || theirs?.partner !== act.who) return []
    // What memcached lost cannot be ended: nobody need know any more that they were a pair.
    if (mayBeLost(history, Math.min(mine.toldAt, theirs.toldAt), act.startedAt)) return []
    const until = act.endedAt + toldWithinMillis
    if (until > last || isDisturbed(history, act, until)) return []
    const heard = (byReader.get(partner) ?? []).filter(({ at }) => at >= act.startedAt && at <= until)
    if (heard.some(({ text }) => notices(text).some((notice) => over.has(notice)))) return []
    const did = (acts.get(partner) ?? []).filter(({ startedAt }) => startedAt <= until)
    // Who acted meanwhile hears in the answer, and an answer in progress is not here yet.
    if (!mayBePushed(byReader.get(partner) ?? [], did, act.startedAt, until)) return []
    return [
      {
        rule: "the partner is told when a pair ends",
        detail: `p${act.who} pressed ${act.what}, and p${partner} heard nothing`,
        people: [act.who, partner],
        at: act.startedAt
      }
    ]
  })
}

/** The lines written before a pair ended come before the word of its end. */
export const linesBeforeTheEnd = (
  history: History,
  arrivals: ReadonlyArray<Arrival>
): ReadonlyArray<Finding> => {
  const left = Map.groupBy(
    history.received.filter(({ text, act }) => act === undefined && notices(text).includes("partnerLeft")),
    ({ who }) => who
  )
  /** Then the word of the end was about the pair before. */
  const newPair = (who: number, from: number, until: number) =>
    history.received.some(
      (one) => one.who === who && one.at > from && one.at <= until && notices(one.text).includes("pairMade")
    )
  return arrivals.flatMap(({ line, reader, since, at }): ReadonlyArray<Finding> => {
    const early = (left.get(reader) ?? []).find(
      (end) => end.at > effectiveUntil(line) && end.at < since && !newPair(reader, end.at, at)
    )
    if (early === undefined || isDisturbed(history, line, at)) return []
    return [
      {
        rule: "lines come before the word of the end",
        detail: `${line.what} came to p${reader} at ${at.toFixed(0)}, after 对方已离开 at ${early.at.toFixed(0)}`,
        people: [line.who, reader],
        at
      }
    ]
  })
}

/** Whether memcached, or a server that an act was brought to, was broken during the act or what follows from it. */
const isDisturbed = (history: History, act: Act, until: number): boolean =>
  history.faults.some(
    ({ server, startedAt, endedAt }) =>
      startedAt <= until &&
      act.startedAt - feltMillis <= endedAt &&
      (server === undefined || act.attempts.some((attempt) => attempt.server === server))
  )

/** Whether memcached lost something between two moments. */
const mayBeLost = (history: History, from: number, until: number): boolean =>
  history.faults.some(
    ({ server, kind, startedAt, endedAt }) =>
      server === undefined && kind !== "machine slow" && startedAt <= until && endedAt >= from
  )

/** The pair that somebody knew of when they acted; undefined where that is not certain. */
const episodeAt = (episodes: ReadonlyArray<Episode>, { startedAt }: Act): Episode | undefined => {
  const [one, ...more] = episodes.filter(({ toldAt, endedAt }) => toldAt < startedAt && startedAt < endedAt)
  return more.length > 0 ? undefined : one
}

/** Whether WeChat allowed a push to somebody all through a time, in which they did nothing. */
const mayBePushed = (
  received: ReadonlyArray<Received>,
  acts: ReadonlyArray<Act>,
  from: number,
  until: number
): boolean => {
  const last = acts.toSorted((a, b) => a.endedAt - b.endedAt).at(-1)
  if (last === undefined || effectiveUntil(last) >= from) return false
  const used = received.filter(({ act, at }) => act === undefined && at > last.startedAt && at <= until)
  return used.length < pushesAfter[last.kind]
}

/** How often, in which order and whether at all a line comes. */
import type { Arrival } from "./arrivals.ts"
import { effectiveUntil } from "./episodes.ts"
import { faultsIn, type Finding } from "./finding.ts"
import { type History, overlap } from "./history.ts"
import { notices } from "./notices.ts"

/** How long after a kill what the dead server had sent may still be on its way here. */
const onTheWayMillis = 1_000

/** A line comes once, unless its sender was killed between push and record, or memcached forgot that it was done. */
export const onlyOnce = (history: History, arrivals: ReadonlyArray<Arrival>): ReadonlyArray<Finding> => {
  const first = new Map<string, Arrival>()
  return arrivals.flatMap((arrival): ReadonlyArray<Finding> => {
    const before = first.get(arrival.line.what)
    if (before === undefined) {
      first.set(arrival.line.what, arrival)
      return []
    }
    const killed = faultsIn(
      history,
      { startedAt: before.since - onTheWayMillis, endedAt: arrival.at },
      "server killed"
    )
    const forgotten = faultsIn(
      history,
      { startedAt: arrival.line.startedAt, endedAt: arrival.at },
      "memcached restarted",
      "memcached forgot"
    )
    if (killed.length + forgotten.length > 0) return []
    return [
      {
        rule: "a line comes once",
        detail: `${arrival.line.what} came to p${before.reader} and again to p${arrival.reader} at ${arrival.at.toFixed(0)}`,
        people: [arrival.line.who, arrival.reader],
        at: before.at
      }
    ]
  })
}

/** The lines of one writer come to one reader in the order written, while no server is killed. */
export const inTheOrderWritten = (
  history: History,
  arrivals: ReadonlyArray<Arrival>
): ReadonlyArray<Finding> => {
  const findings: Array<Finding> = []
  const seen = new Set<string>()
  const latest = new Map<string, Arrival>()
  const once = arrivals
    .filter(({ line }) => !seen.has(line.what) && seen.add(line.what))
    .toSorted((a, b) => a.line.startedAt - b.line.startedAt)
  for (const arrival of once) {
    const way = `${arrival.line.who} ${arrival.reader}`
    const before = latest.get(way)
    if (before === undefined || before.at < arrival.at) latest.set(way, arrival)
    if (before === undefined || arrival.at >= before.since) continue
    const span = { startedAt: before.line.startedAt, endedAt: before.at }
    if (faultsIn(history, span, "server killed", "memcached restarted", "memcached forgot").length > 0)
      continue
    findings.push({
      rule: "lines come in the order written",
      detail: `${arrival.line.what} came before ${before.line.what} to p${arrival.reader}`,
      people: [arrival.line.who, arrival.reader],
      at: arrival.at
    })
  }
  return findings
}

/** Where nothing was broken: a line that is answered with nothing has come to somebody, and one that is kept comes later. */
export const neverInSilence = (
  history: History,
  arrivals: ReadonlyArray<Arrival>
): ReadonlyArray<Finding> => {
  const arrived = new Set(arrivals.map(({ line }) => line.what))
  return history.acts.flatMap((act): ReadonlyArray<Finding> => {
    if (act.kind !== "line" || act.answered === undefined || arrived.has(act.what)) return []
    const said = notices(act.answered.text)
    const kept = said.includes("kept")
    if (said.length > 0 && !kept) return []
    const span = {
      startedAt: act.startedAt,
      endedAt: kept ? Number.POSITIVE_INFINITY : effectiveUntil(act)
    }
    const servers = new Set(act.attempts.map(({ server }) => server))
    const excused = history.faults.some(
      (fault) =>
        overlap(fault, span) &&
        (fault.kind === "memcached restarted" ||
          fault.kind === "memcached forgot" ||
          // Kept lines ride on an answer to the reader, from whatever server.
          (fault.kind === "server killed" && (kept || servers.has(fault.server ?? -1))))
    )
    if (excused) return []
    return [
      {
        rule: "a line is delivered or its writer is told",
        detail: `${act.what} was answered with ${JSON.stringify(act.answered.text)} and came to nobody`,
        people: [act.who],
        at: act.startedAt
      }
    ]
  })
}

/** Whom a line may reach. */
import type { Arrival } from "./arrivals.ts"
import type { Episode } from "./episodes.ts"
import type { Finding } from "./finding.ts"
import { type History, overlap, type Span } from "./history.ts"

/**
 * A line reaches only somebody who was in a pair with its writer while it was written. A pair shows itself by its lines: an
 * episode of one person has one partner, and the partner's episode has them. Leaves the partner in each episode.
 */
export const onlyToThePartner = (
  episodes: ReadonlyMap<number, ReadonlyArray<Episode>>,
  arrivals: ReadonlyArray<Arrival>
): ReadonlyArray<Finding> => {
  const during = (who: number, span: Span) =>
    (episodes.get(who) ?? []).filter((episode) => overlap(episode, span))
  const findings: Array<Finding> = []
  const unclear: Array<readonly [Arrival, ReadonlyArray<Episode>, ReadonlyArray<Episode>]> = []
  const found = (arrival: Arrival, detail: string) =>
    findings.push({
      rule: "a line reaches only the partner of that moment",
      detail: `${arrival.line.what} came to p${arrival.reader}: ${detail}`,
      people: [arrival.line.who, arrival.reader],
      at: arrival.line.startedAt
    })

  for (const arrival of arrivals) {
    const { line, reader } = arrival
    const written = during(line.who, line)
    const read = during(reader, line)
    const [mine, ...more] = written
    const [theirs, ...others] = read
    if (reader === line.who) found(arrival, "its own writer")
    else if (mine === undefined) found(arrival, "the writer was in no pair")
    else if (theirs === undefined) found(arrival, "the reader was in no pair")
    else if (more.length > 0 || others.length > 0) unclear.push([arrival, written, read])
    else {
      if ((mine.partner ?? reader) !== reader) found(arrival, `the writer was talking to p${mine.partner}`)
      else if ((theirs.partner ?? line.who) !== line.who)
        found(arrival, `who was talking to p${theirs.partner}`)
      mine.partner ??= reader
      theirs.partner ??= line.who
    }
  }
  for (const [arrival, written, read] of unclear) {
    const possible =
      written.some(({ partner }) => (partner ?? arrival.reader) === arrival.reader) &&
      read.some(({ partner }) => (partner ?? arrival.line.who) === arrival.line.who)
    if (!possible) found(arrival, "neither of the pairs that they were in at that time was theirs")
  }
  return findings
}

/** How long a word of one server may be overtaken by a line of another. */
const overtakenMillis = 1_000
/** What was broken this long ago may have kept a word back until somebody looks after it. */
const keptBackMillis = 12_000

/** Who gets lines was told that a pair was made. */
export const afterTheWordOfThePair = (
  history: History,
  episodes: ReadonlyMap<number, ReadonlyArray<Episode>>,
  arrivals: ReadonlyArray<Arrival>
): ReadonlyArray<Finding> => {
  return arrivals.flatMap(({ line, reader, at }): ReadonlyArray<Finding> => {
    const told = (episodes.get(reader) ?? []).some(
      (episode) => overlap(episode, line) && episode.toldAt <= at + overtakenMillis
    )
    const broken = history.faults.some((fault) =>
      overlap(fault, { startedAt: at - keptBackMillis, endedAt: at })
    )
    if (told || broken) return []
    return [
      {
        rule: "a pair is told before its lines",
        detail: `${line.what} came to p${reader} at ${at.toFixed(0)}, who knew of no pair`,
        people: [line.who, reader],
        at
      }
    ]
  })
}

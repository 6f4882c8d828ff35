/** The judge: says what was wrong with what people received, from the history alone. */
import { arrivalsOf } from "./arrivals.ts"
import { attemptLimitMillis } from "./callback.ts"
import { effectiveUntil, episodesOf, isAnswerInTime } from "./episodes.ts"
import { faultsIn, type Finding } from "./finding.ts"
import { type History, overlap } from "./history.ts"
import { inTheOrderWritten, neverInSilence, onlyOnce } from "./rules-of-delivery.ts"
import { linesBeforeTheEnd, partnerIsTold } from "./rules-of-endings.ts"
import { afterTheWordOfThePair, onlyToThePartner } from "./rules-of-partners.ts"

/** Everything that was wrong during the storm. */
export const judge = (history: History): ReadonlyArray<Finding> => {
  const arrivals = arrivalsOf(history)
  const people = new Set(history.acts.map(({ who }) => who))
  const episodes = new Map([...people].map((who) => [who, episodesOf(history, who)]))
  return [
    ...answersInTime(history),
    ...equalAnswers(history),
    ...onlyToThePartner(episodes, arrivals),
    ...partnerIsTold(history, episodes),
    ...linesBeforeTheEnd(history, arrivals),
    ...afterTheWordOfThePair(history, episodes, arrivals),
    ...onlyOnce(history, arrivals),
    ...inTheOrderWritten(history, arrivals),
    ...neverInSilence(history, arrivals)
  ]
}

/** Every answer is a 200, within WeChat's limit, unless the server was killed or stopped, or this machine stood still. */
const answersInTime = (history: History): ReadonlyArray<Finding> =>
  history.acts.flatMap((act) =>
    act.attempts.flatMap(({ server, startedAt, endedAt, outcome }): ReadonlyArray<Finding> => {
      if (outcome === 200) return []
      const excused =
        typeof outcome !== "number" &&
        history.faults.some(
          (fault) =>
            overlap(fault, { startedAt, endedAt }) &&
            (fault.server === server || fault.kind === "machine slow")
        )
      const finding: Finding = {
        rule:
          typeof outcome === "number"
            ? "every message is answered with 200"
            : "every message is answered in time",
        detail: `server ${server} answered p${act.who} ${act.what} with ${outcome} (limit ${attemptLimitMillis} ms)`,
        people: [act.who],
        at: startedAt
      }
      return excused ? [] : [finding]
    })
  )

/** Attempts of one message get the same answer, as far as they were answered at all and nothing was forgotten in between. */
const equalAnswers = (history: History): ReadonlyArray<Finding> =>
  history.acts.flatMap((act): ReadonlyArray<Finding> => {
    const texts = new Set(act.attempts.filter(isAnswerInTime).map(({ text }) => text))
    if (texts.size < 2 || effectiveUntil(act) > act.endedAt) return []
    if (
      faultsIn(
        history,
        act,
        "server killed",
        "server stopped",
        "memcached restarted",
        "memcached stopped",
        "memcached forgot",
        "machine slow"
      ).length > 0
    ) {
      return []
    }
    return [
      {
        rule: "all attempts of a message get the same answer",
        detail: `p${act.who} ${act.what}: ${[...texts].map((text) => JSON.stringify(text)).join(" and ")}`,
        people: [act.who],
        at: act.startedAt
      }
    ]
  })

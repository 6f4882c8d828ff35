/** After the storm everything is healthy: what people find then, and whether all of them find their way. */
import { Effect } from "effect"
import type { Act } from "./history.ts"
import { arrivalsOf } from "./arrivals.ts"
import type { Finding } from "./finding.ts"
import { lineWords, type Notice, notices } from "./notices.ts"
import type { Stage } from "./stage.ts"

/** Far beyond every number of a line in the storm. */
const lineOfAftermath = 1_000_000

const pollMillis = 100

/**
 * Everybody presses 状态 and then says one line; what waits is fetched with another 状态; who is alone presses 配对. Pairs mirror each
 * other, every line has reached a partner or its writer is told, and everybody is paired or told in the end.
 */
export const aftermath = Effect.fnUntraced(function* (
  stage: Stage,
  people: ReadonlyArray<number>,
  patienceMillis: number
) {
  const { history } = stage
  const all = <A>(act: (who: number) => Effect.Effect<A>) =>
    Effect.forEach(people, act, { concurrency: "unbounded" })

  /** What a person was told since a moment, in answers and pushes. */
  const toldSince = (who: number, since: number): ReadonlyArray<Notice> =>
    history.received.filter((one) => one.who === who && one.at >= since).flatMap(({ text }) => notices(text))

  const eventually = Effect.fnUntraced(function* (holds: () => boolean) {
    const until = history.now() + patienceMillis
    while (!holds() && history.now() < until) yield* Effect.sleep(pollMillis)
  })

  const statusAt = history.now()
  yield* all((who) => stage.click(who, "状态"))
  yield* eventually(() => people.every((who) => toldSince(who, statusAt).length > 0))
  const untold = people.filter((who) => toldSince(who, statusAt).length === 0)

  const linesAt = history.now()
  const lines = yield* all((who) => stage.say(who, lineWords(who, lineOfAftermath)))
  yield* all((who) => stage.click(who, "状态"))
  const readerOf = () => {
    const arrived = arrivalsOf(history).filter(({ line }) => line.startedAt >= linesAt)
    return new Map(arrived.map(({ line, reader }) => [line.who, reader]))
  }
  const settled = (line: Act): boolean =>
    readerOf().has(line.who) || outcome(line, toldSince(line.who, linesAt))
  yield* eventually(() => lines.every(settled))
  const readers = readerOf()

  /** Their pair fell silent after the storm, and a sweep ended it while they wrote: one line came before that, the other after it. */
  const fellSilent = (...pair: ReadonlyArray<number>) =>
    pair.every((who) => toldSince(who, statusAt).includes("idleEnded"))

  const lookAt = history.now()
  const lonely = people.filter((who) => !readers.has(who) && ![...readers.values()].includes(who))
  yield* Effect.forEach(lonely, (who) => stage.click(who, "配对"), { concurrency: "unbounded" })
  const end = (who: number) => toldSince(who, lookAt).findLast((notice) => conclusive.has(notice))
  yield* eventually(() => lonely.every((who) => end(who) !== undefined))

  const finding = (rule: string, detail: string, ...concerned: ReadonlyArray<number>): Finding => ({
    rule,
    detail,
    people: concerned,
    at: history.now()
  })
  return [
    ...untold.map((who) => finding("状态 is answered with words", `p${who} heard nothing`, who)),
    ...lines
      .filter((line) => !settled(line))
      .map((line) =>
        finding(
          "a line is delivered or its writer is told",
          `${line.what} came to nobody without a word`,
          line.who
        )
      ),
    ...[...readers].flatMap(([writer, reader]) =>
      readers.get(reader) === writer || fellSilent(writer, reader)
        ? []
        : [
            finding(
              "pairs mirror each other",
              `p${writer} reached p${reader}, who reached ${readers.has(reader) ? `p${readers.get(reader)}` : "nobody"}`,
              writer,
              reader
            )
          ]
    ),
    ...lonely
      .filter((who) => end(who) === undefined)
      .map((who) => finding("who looks is paired or told", `p${who} was left without a word`, who))
  ] satisfies ReadonlyArray<Finding>
})

/** How a search can come out. */
const conclusive: ReadonlySet<Notice> = new Set<Notice>([
  "pairMade",
  "searchFailed",
  "statusPaired",
  "partnerLeft"
])

/** Whether the writer was told what became of a line that reached nobody: anything but that it is kept. */
const outcome = (line: Act, told: ReadonlyArray<Notice>): boolean =>
  line.answered !== undefined && told.some((notice) => notice !== "kept" && notice !== "statusPaired")

/** What happened, as the people and WeChat saw it: the only thing that the judge looks at. Times are milliseconds since the start. */

/** One attempt of WeChat to bring a message to a server. */
export interface Attempt {
  readonly server: number
  readonly startedAt: number
  readonly endedAt: number
  /** The HTTP status; `late`: no answer in time; `cut`: no connection, or it broke. */
  readonly outcome: number | "late" | "cut"
  /** The text of the answer; empty where there was nothing to say or no answer. */
  readonly text: string
}

/** Something that one person did. */
export interface Act {
  readonly who: number
  readonly kind: "click" | "line"
  /** The button's name, or the words. */
  readonly what: string
  readonly startedAt: number
  readonly endedAt: number
  readonly attempts: ReadonlyArray<Attempt>
  /** The attempt whose answer the person saw. */
  readonly answered: Attempt | undefined
  /** One of several written without waiting for the answers in between. */
  readonly inBurst: boolean
}

/** Something that one person received, in the exchange (with the act that it answers) or by push. */
export interface Received {
  readonly who: number
  readonly at: number
  readonly text: string
  readonly act: Act | undefined
}

/** A time in which something was broken on purpose, or in which this machine stood still. */
export interface Fault {
  readonly kind:
    | "server killed"
    | "server stopped"
    | "memcached restarted"
    | "memcached stopped"
    | "memcached forgot"
    | "machine slow"
  readonly server: number | undefined
  readonly startedAt: number
  readonly endedAt: number
}

export interface History {
  readonly now: () => number
  readonly acts: Array<Act>
  readonly received: Array<Received>
  readonly faults: Array<Fault>
  /** Pushes that WeChat refused, by person. */
  readonly refusals: Array<{ readonly who: number; readonly at: number; readonly errcode: number }>
}

export const makeHistory = (): History => {
  const start = performance.now()
  return { now: () => performance.now() - start, acts: [], received: [], faults: [], refusals: [] }
}

/** Whether two spans of time touch. */
export const overlap = (one: Span, other: Span): boolean =>
  one.startedAt <= other.endedAt && other.startedAt <= one.endedAt

export interface Span {
  readonly startedAt: number
  readonly endedAt: number
}

/** The last things that happened to some people, one a line, for a failure to be understood. */
export const story = (history: History, people: ReadonlyArray<number>, around: number): string =>
  rowsOf(history, ({ who }) => people.includes(who))
    .filter(([at]) => at > around - storyBeforeMillis && at < around + storyAfterMillis)
    .map(([, row]) => `    ${row}`)
    .join("\n")

/** Everything that happened, one a line. */
export const everything = (history: History): string =>
  rowsOf(history, () => true)
    .map(([, row]) => `${row}\n`)
    .join("")

const rowsOf = (history: History, concerns: (one: { readonly who: number }) => boolean) => {
  const rows: Array<readonly [at: number, row: string]> = [
    ...history.acts.filter(concerns).map((act) => {
      const attempts = act.attempts.map(
        ({ server, startedAt, endedAt, outcome }) =>
          `s${server} ${seconds(startedAt)}-${seconds(endedAt)} ${outcome}`
      )
      return [act.startedAt, `p${act.who} ${act.kind} ${oneLine(act.what)} [${attempts.join(", ")}]`] as const
    }),
    ...history.received
      .filter(concerns)
      .map(
        ({ who, at, text, act }) =>
          [
            at,
            `p${who} ${act === undefined ? "push" : `reply to ${oneLine(act.what)}`}: ${oneLine(text)}`
          ] as const
      ),
    ...history.faults.map(
      (fault) =>
        [fault.startedAt, `${fault.kind} s${fault.server ?? ""} until ${seconds(fault.endedAt)}`] as const
    )
  ]
  return rows
    .sort(([a], [b]) => a - b)
    .map(([at, row]): readonly [number, string] => [at, `${seconds(at)} ${row}`])
}

const storyBeforeMillis = 20_000
const storyAfterMillis = 8_000

const seconds = (millis: number): string => (millis / 1_000).toFixed(3)

const oneLine = (text: string): string => text.replaceAll("\n", " ⏎ ").replaceAll(/话{2,}/g, "话…")

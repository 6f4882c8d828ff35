/** The lines of a long run, from when they are written until they are settled. */
import { replyBudgetMillis } from "../chat/answer.ts"
import type { Openid } from "../core/openid.ts"
import { word } from "../core/wording.ts"
import type { Action } from "./action.ts"
import type { Violation } from "./invariants.ts"
import type { PairBook } from "./pair-book.ts"
import { writerOf } from "./story.ts"
import { restMillis, type Suspicions } from "./suspicions.ts"

/**
 * How lines came out. `told`: the writer was told something other than that the line is kept, which is how a line ends that
 * nobody gets.
 */
export interface LineCounts {
  written: number
  arrived: number
  kept: number
  told: number
}

interface Line {
  readonly text: string
  readonly writer: Openid
  readonly action: Action
  arrivedAtMillis?: number
}

/** After this long, a line that was answered with nothing must have arrived or stand in a mailbox. */
const silenceMillis = 60_000

export class LineBook {
  readonly counts: LineCounts = { written: 0, arrived: 0, kept: 0, told: 0 }
  /** Lines that have not been both answered and received. */
  readonly #open = new Map<string, Line>()
  /** For each writer: the last line that arrived, and whom it reached. */
  readonly #latest = new Map<Openid, { readonly by: Openid; readonly line: Line }>()
  readonly #pairs: PairBook
  readonly #suspicions: Suspicions

  constructor(pairs: PairBook, suspicions: Suspicions) {
    this.#pairs = pairs
    this.#suspicions = suspicions
  }

  written(action: Action, text: string): void {
    this.counts.written += 1
    this.#open.set(text, { text, writer: action.user, action })
  }

  answered(action: Action, text: string): void {
    const line = this.#open.get(text)
    if (line === undefined) return
    if (isKept(action)) this.counts.kept += 1
    else if (action.answer !== undefined && line.arrivedAtMillis === undefined) {
      this.counts.told += 1
      this.#open.delete(text)
    }
    if (line.arrivedAtMillis !== undefined) this.#open.delete(text)
  }

  /** The words of a bubble showed up on a phone. */
  received(by: Openid, bubble: string, now: number): ReadonlyArray<Violation> {
    return bubble.split("\n").flatMap((words) => {
      const writer = writerOf(words)
      return writer === undefined ? [] : this.#arrived(words, writer, by, now)
    })
  }

  /** Reports lines that neither arrived nor wait. `waits`: whether a line stands in the mailbox of a user. */
  check(now: number, waits: (user: Openid, text: string) => boolean): ReadonlyArray<Violation> {
    const found: Array<Violation> = []
    for (const { text, writer, action, arrivedAtMillis } of this.#open.values()) {
      if (now - action.begunAtMillis < silenceMillis) continue
      const { begunAtMillis, answeredAtMillis } = action
      const partners = this.#pairs.partnersOf(writer, begunAtMillis, answeredAtMillis ?? now)
      if (arrivedAtMillis === undefined && partners.some((partner) => waits(partner, text))) continue
      this.#open.delete(text)
      if (arrivedAtMillis !== undefined || answeredAtMillis === undefined) continue
      // What there is to say about it came too late for the exchange, by push.
      if (answeredAtMillis - begunAtMillis >= replyBudgetMillis) continue
      // A user who unfollowed or met a fault a moment before may still be on the way out.
      const lately = begunAtMillis - restMillis
      const excused = [writer, ...partners].some((user) => this.#suspicions.hitSince(user, lately))
      if (!excused) found.push({ guarantee: "no line is lost in silence", facts: `"${text}" of ${writer}` })
    }
    return found
  }

  #arrived(text: string, writer: Openid, by: Openid, now: number): ReadonlyArray<Violation> {
    const line = this.#open.get(text)
    const excused = this.#suspicions.has(writer) || this.#suspicions.has(by)
    if (line === undefined || line.arrivedAtMillis !== undefined) {
      return excused ? [] : [{ guarantee: "a line arrives once", facts: `"${text}" came to ${by} once more` }]
    }
    line.arrivedAtMillis = now
    this.counts.arrived += 1
    if (line.action.answeredAtMillis !== undefined) this.#open.delete(text)
    const { begunAtMillis } = line.action
    if (by === writer || !this.#pairs.partnersOf(writer, begunAtMillis, now).includes(by)) {
      return [{ guarantee: "a line reaches only the partner", facts: `"${text}" of ${writer} reached ${by}` }]
    }
    const before = this.#latest.get(writer)
    this.#latest.set(writer, { by, line })
    return before?.by === by && !excused && overtook(before.line, line)
      ? [{ guarantee: "lines keep their order", facts: `"${before.line.text}" overtook "${text}"` }]
      : []
  }
}

/**
 * Whether a line that arrived earlier was written later. Two lines that are under way on two servers at once have no order; it
 * is kept as long as one server handles the writer. A line that WeChat had to send again may come after lines that were written
 * later.
 */
const overtook = (earlier: Line, later: Line): boolean =>
  earlier.action.begunAtMillis > later.action.begunAtMillis &&
  later.action.attempts === 1 &&
  (earlier.action.server === later.action.server ||
    (later.action.answeredAtMillis ?? Number.POSITIVE_INFINITY) <= earlier.action.begunAtMillis)

const keptWords = word({ _tag: "Kept" })

const isKept = ({ answer }: Action): boolean => answer?._tag === "Text" && answer.text.includes(keptWords)

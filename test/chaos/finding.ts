import { type Fault, type History, overlap, type Span } from "./history.ts"

/** What was wrong, with whom, and when. */
export interface Finding {
  readonly rule: string
  readonly detail: string
  readonly people: ReadonlyArray<number>
  readonly at: number
}

/** The faults of some kinds that were felt during a span. */
export const faultsIn = (history: History, span: Span, ...kinds: ReadonlyArray<Fault["kind"]>) =>
  history.faults.filter((fault) => kinds.includes(fault.kind) && overlap(fault, span))

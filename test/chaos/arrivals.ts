/** The lines of people as they came to others. */
import { inOrder } from "./episodes.ts"
import type { Act, History } from "./history.ts"
import { piecesOf } from "./notices.ts"

/** A line as it came to somebody. */
export interface Arrival {
  readonly line: Act
  readonly reader: number
  /** When the reader had it for certain. */
  readonly at: number
  /** Since when the reader may have had it: an answer is on its way for a while. */
  readonly since: number
  readonly inReply: boolean
}

export const arrivalsOf = (history: History): ReadonlyArray<Arrival> => {
  const lines = new Map(history.acts.filter(({ kind }) => kind === "line").map((act) => [act.what, act]))
  // A line that came otherwise than it was written counts as nobody's, and then the one written is missing.
  return inOrder(history).flatMap(({ who, at, text, act }) =>
    piecesOf(text).flatMap((piece): ReadonlyArray<Arrival> => {
      const line = piece._tag === "Line" ? lines.get(piece.words) : undefined
      return line === undefined
        ? []
        : [{ line, reader: who, at, since: act?.startedAt ?? at, inReply: act !== undefined }]
    })
  )
}

import type { Openid } from "../core/openid.ts"
import type { Sentence } from "../core/sentence.ts"
import { word } from "../core/wording.ts"
import type { Fate } from "./delivery.ts"
import type { Marked } from "./mailbox.ts"

/** Things that waited and went in one message, and how that came out. */
export interface Settled {
  readonly fate: Fate
  readonly things: ReadonlyArray<Marked>
}

/**
 * What to tell the writers of lines that came to nothing, each thing once. `answered`: the user who hears it in the exchange
 * already · `own`: the mark of the thing that is being delivered right now; its writer hears the outcome from that delivery.
 */
export const wordsToWriters = (
  settled: ReadonlyArray<Settled>,
  answered: Openid | undefined,
  own: Marked["mark"]
): ReadonlyArray<{ readonly to: Openid; readonly words: string; readonly group: string }> => {
  const told = new Set<string>()
  return settled.flatMap(({ fate, things }) => {
    const sentence = laterSentences[fate]
    if (sentence === undefined) return []
    const words = word(sentence)
    return things.flatMap(({ from, group, mark }) => {
      if (from === undefined || from === answered || (own !== undefined && mark === own)) return []
      const key = `${from} ${fate}`
      if (told.has(key)) return []
      told.add(key)
      return [{ to: from, words, group }]
    })
  })
}

const laterSentences: Partial<Record<Fate, Sentence>> = {
  unsure: { _tag: "Unsure", later: true },
  refused: { _tag: "RefusedByWeChat", later: true },
  unsendable: { _tag: "Unsendable", later: true },
  gone: { _tag: "NotSent", later: true }
}

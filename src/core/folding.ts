import { Schema } from "effect"
import { Content, text } from "./content.ts"
import { Openid } from "./openid.ts"

/** WeChat shows no text above this, without an error (protocol notes 3.2: measured at 2,047 and 2,048). */
export const textLimitBytes = 2_048

/** What we fill a message to: the limit less a margin, as the protocol notes advise. */
export const replyTextBytes = 2_000

/**
 * Something that waits for its receiver. `group`: its lines may share a message; the lines of two partners never do.
 * `from`: who wrote it; absent for our own words. `apart`: it shares no message with what stands before it, since WeChat refused
 * the two together.
 */
export const Kept = Schema.Struct({
  content: Content,
  group: Schema.String,
  from: Schema.optionalKey(Openid),
  apart: Schema.optionalKey(Schema.Literal(true))
})
export type Kept = typeof Kept.Type

/** The group of our answers: those that came too late for their exchange, and what did not fit into it. */
export const answerGroup = "answer"

/** Our own words, not those of a partner. */
export const isOurs = ({ from }: Kept): boolean => from === undefined

/** Whether this is a notice about a chat: such a notice has to arrive, rather twice than never. A line or an answer comes once at most. */
export const mustBeHeard = (thing: Kept): boolean => isOurs(thing) && thing.group !== answerGroup

/** The length of a text as WeChat counts it: bytes of UTF-8. */
export const byteLength = (words: string): number => {
  let bytes = 0
  for (const character of words) {
    const code = character.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}

/** A text in parts of at most `limitBytes`, cut between characters, in order; joined they are the text. */
export const split = (words: string, limitBytes: number): ReadonlyArray<string> => {
  // No UTF-16 unit takes more than three bytes: most texts need not be counted.
  if (words.length * 3 <= limitBytes || byteLength(words) <= limitBytes) return [words]
  const parts: Array<string> = []
  let part = ""
  let bytes = 0
  for (const { segment } of graphemes.segment(words)) {
    // One "character" of many joined code points can itself be over the limit; then code points are the next best seam.
    const pieces = byteLength(segment) > limitBytes ? Array.from(segment) : [segment]
    for (const piece of pieces) {
      const length = byteLength(piece)
      if (bytes + length > limitBytes) {
        parts.push(part)
        part = ""
        bytes = 0
      }
      part += piece
      bytes += length
    }
  }
  return [...parts, part]
}

/** A content as messages that WeChat carries. */
export const carriable = (content: Content): ReadonlyArray<Content> =>
  content._tag === "Text" ? split(content.text, textLimitBytes).map(text) : [content]

/**
 * The first of the kept things as one message: as many texts, oldest first, as fit in `limitBytes`, each on a line of its own; or one
 * picture, voice or video. Our own words go together whatever their groups, lines with things of their group only. `taken` says
 * how many of `kept` are in it.
 */
export const fold = (
  kept: ReadonlyArray<Kept>,
  limitBytes: number
): { readonly message: Content; readonly taken: number } | undefined => {
  const [first] = kept
  if (first === undefined) return undefined
  if (first.content._tag !== "Text") return { message: first.content, taken: 1 }
  let words = first.content.text
  let taken = 1
  let last = first
  let lines = isOurs(first) ? undefined : first.group
  for (const next of kept.slice(1)) {
    if (next.content._tag !== "Text" || next.apart === true) break
    if (next.group !== last.group && !(isOurs(next) && isOurs(last))) break
    if (!isOurs(next)) {
      if (lines !== undefined && lines !== next.group) break
      lines = next.group
    }
    const longer = `${words}\n${next.content.text}`
    if (byteLength(longer) > limitBytes) break
    words = longer
    taken += 1
    last = next
  }
  return { message: text(words), taken }
}

/** How many messages all of the kept things take. */
export const messagesFor = (kept: ReadonlyArray<Kept>, limitBytes: number): number => {
  let messages = 0
  for (let rest = kept; rest.length > 0; messages += 1) {
    rest = rest.slice(fold(rest, limitBytes)?.taken ?? rest.length)
  }
  return messages
}

/**
 * Splits what WeChat refused as one message, so that less of it goes at a time: two halves apart, or a single text in two
 * parts. Gives the same number of things or one more; undefined: it cannot be made smaller.
 */
export const halved = (refused: ReadonlyArray<Kept>): ReadonlyArray<Kept> | undefined => {
  const half = Math.ceil(refused.length / 2)
  if (refused.length > 1) {
    return refused.map((one, place): Kept => (place === half ? { ...one, apart: true } : one))
  }
  const [only] = refused
  if (only?.content._tag !== "Text" || byteLength(only.content.text) < 2 * smallestPartBytes) return undefined
  const parts = split(only.content.text, Math.ceil(byteLength(only.content.text) / 2))
  return parts.map((part, place): Kept => {
    const kept = { ...only, content: text(part) }
    return place === 0 ? kept : { ...kept, apart: true }
  })
}

/** A text shorter than this is not refused for its length. */
const smallestPartBytes = 256

/**
 * A reply that carries kept lines first and then our own words, as far as both fit in one message. `ownIncluded` is false when
 * the own words have to wait behind the kept things (they do not fit, or a picture comes first). Gives nothing if nothing is kept, and
 * there are no own words or too many for one message.
 */
export const composeReply = (
  kept: ReadonlyArray<Kept>,
  own: string
): { readonly message: Content; readonly taken: number; readonly ownIncluded: boolean } | undefined => {
  const room = own === "" ? replyTextBytes : replyTextBytes - byteLength(own) - 1
  const folded = fold(kept, Math.max(0, room))
  if (folded === undefined) {
    const mayStandAlone = own !== "" && byteLength(own) <= replyTextBytes
    return mayStandAlone ? { message: text(own), taken: 0, ownIncluded: true } : undefined
  }
  if (own === "") return { ...folded, ownIncluded: true }
  if (folded.message._tag !== "Text" || byteLength(folded.message.text) > room) {
    return { ...folded, ownIncluded: false }
  }
  return { message: text(`${folded.message.text}\n${own}`), taken: folded.taken, ownIncluded: true }
}

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" })

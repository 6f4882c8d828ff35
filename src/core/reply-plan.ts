import { type Content, text } from "./content.ts"
import { byteLength, composeReply, fold, type Kept, messagesFor, replyTextBytes, split } from "./folding.ts"
import type { Sentence } from "./sentence.ts"
import { word } from "./wording.ts"

/**
 * What becomes of a sentence that has no room in a reply beside the first thing that waits, and cannot follow by push. `now`:
 * it answers what the user just did, and comes at once; what waits comes after it. `inTurn`: it tells of a chat, and comes behind
 * what was said there. `once`: it comes behind as well, but not a second time. `passing`: it says how things stand; by the time it
 * could be read that may be wrong, and the next reply says it anew.
 */
export type WhenFull = "now" | "inTurn" | "once" | "passing"

/** One sentence in words. `opens`: the group of the chat that it says has begun; nothing of that chat is read before it. */
export interface Said {
  readonly words: string
  readonly whenFull: WhenFull
  readonly opens?: string
}

/** A reply; what then still waits, in order; and our own words that are to be put behind it. */
export interface ReplyPlan<K extends Kept> {
  readonly message: Content
  readonly rest: ReadonlyArray<K>
  readonly behind: ReadonlyArray<string>
}

export const whenFull = ({ _tag }: Sentence): WhenFull => {
  switch (_tag) {
    case "PairMade":
    case "SearchFailed":
    case "PartnerLeft":
    case "IdleEnded":
    case "NotSent":
      return "inTurn"
    case "Kept":
    case "ButtonWouldHave":
    case "ReportWouldHave":
      return "once"
    // Any word and 状态 fetch what waits, as `Remaining` says; so what they are answered gives way to it.
    case "Looking":
    case "StatusPaired":
    case "StatusNotPaired":
    case "Hint":
      return "passing"
    default:
      return "now"
  }
}

export const joined = (said: ReadonlyArray<Said>): string => said.map(({ words }) => words).join("\n")

/**
 * What is answered to a user for whom things wait: those first, oldest first, then our own words, then how many remain, as far as
 * one message carries them (contract, "A reply carries kept lines first"). `pushes`: how many messages may follow at once.
 */
export const planReply = <K extends Kept>(
  mail: ReadonlyArray<K>,
  sentences: ReadonlyArray<Said>,
  pushes: number
): ReplyPlan<K | Kept> => {
  const { waiting, toSay } = opened(mail, sentences)
  // Who took a message over from a server that died may say what is the newest word in the mailbox.
  const newest = waiting.findLast(({ from }) => from === undefined)
  const said = toSay.filter(
    (one) => one.whenFull !== "inTurn" || newest === undefined || !isOurs(newest, one)
  )
  const kept = waiting.filter((thing) => !said.some((one) => one.whenFull === "once" && isOurs(thing, one)))
  const all = joined(said)
  const whole = composeReply(kept, all)
  if (whole?.ownIncluded === true && whole.taken === kept.length) {
    return { message: whole.message, rest: [], behind: [] }
  }
  const inTurn = said.filter(({ whenFull }) => whenFull === "inTurn").map(({ words }) => words)
  const others = said.filter(({ whenFull }) => whenFull !== "inTurn")
  const together = beside(kept, joined(others), inTurn.length, pushes)
  if (together !== undefined) return { ...together, behind: inTurn }
  // All of it is read within a second, in its order.
  if (messagesFor(waiting, replyTextBytes) <= pushes) {
    return { ...firstOf(waiting), behind: all === "" ? [] : [all] }
  }
  if (others.some(({ whenFull }) => whenFull === "now")) return ahead(kept, others, inTurn, pushes)
  const once = others
    .filter((one) => one.whenFull === "once" && !waiting.some((thing) => isOurs(thing, one)))
    .map(({ words }) => words)
  const behind = [...inTurn, ...new Set(once)]
  return { ...(beside(waiting, "", behind.length, pushes) ?? firstOf(waiting)), behind }
}

/**
 * A slow answer that a chat has begun stands before what came from that chat meanwhile: in its place among what waits, where
 * it waits already perhaps.
 */
const opened = <K extends Kept>(mail: ReadonlyArray<K>, sentences: ReadonlyArray<Said>) => {
  let waiting: ReadonlyArray<K | Kept> = mail
  const toSay = sentences.filter((one) => {
    const place = waiting.findIndex(({ group }) => group === one.opens)
    const first = waiting[place]
    if (one.opens === undefined || first === undefined) return true
    if (!isOurs(first, one)) {
      waiting = waiting.toSpliced(place, 0, { content: text(one.words), group: one.opens })
    }
    return false
  })
  return { waiting, toSay }
}

/** Things that wait, our words and how many remain in one message, if the first thing fits. `more`: so many are yet to be put behind. */
const beside = <K extends Kept>(
  kept: ReadonlyArray<K>,
  own: string,
  more: number,
  pushes: number
): Omit<ReplyPlan<K>, "behind"> | undefined => {
  const composed = composeReply(kept, withNote(own, kept.length + more, false))
  if (composed?.ownIncluded !== true) return undefined
  const rest = kept.slice(composed.taken)
  // No more than these, even where a shorter note would leave room for one: its number counts the rest.
  const note = withNote(own, rest.length + more, follow(rest, more, pushes))
  const carried = composeReply(kept.slice(0, composed.taken), note)
  return carried && { message: carried.message, rest }
}

/** Our words before all that waits. What is too long for one message comes behind. */
const ahead = <K extends Kept>(
  kept: ReadonlyArray<K>,
  own: ReadonlyArray<Said>,
  inTurn: ReadonlyArray<string>,
  pushes: number
): ReplyPlan<K> => {
  const room = replyTextBytes - byteLength(withNote("", kept.length + inTurn.length + mostParts, false)) - 1
  const isWhole = byteLength(joined(own)) <= room
  const lasting = isWhole ? own : own.filter(({ whenFull }) => whenFull !== "passing")
  const [first = "", ...parts] = split(joined(lasting), room)
  const behind = [...parts, ...inTurn]
  const more = kept.length + behind.length
  const words = more === 0 ? first : withNote(first, more, follow(kept, behind.length, pushes))
  return { message: text(words), rest: kept, behind }
}

/** An answer of ours is never that long. It makes room for the number in a note. */
const mostParts = 100

const firstOf = <K extends Kept>(kept: ReadonlyArray<K>): Omit<ReplyPlan<K>, "behind"> => {
  const first = fold(kept, replyTextBytes)
  return { message: first?.message ?? text(""), rest: kept.slice(first?.taken ?? 0) }
}

const follow = (rest: ReadonlyArray<Kept>, more: number, pushes: number): boolean =>
  messagesFor(rest, replyTextBytes) + more <= pushes

const withNote = (own: string, lines: number, follow: boolean): string => {
  const note = word({ _tag: "Remaining", lines, follow })
  return own === "" ? note : `${own}\n${note}`
}

const isOurs = ({ content, from }: Kept, { words }: Said): boolean =>
  from === undefined && content._tag === "Text" && content.text === words

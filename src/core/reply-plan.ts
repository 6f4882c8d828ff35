import { type Content, text } from "./content.ts"
import {
  answerGroup,
  byteLength,
  composeReply,
  fold,
  isOurs,
  type Kept,
  messagesFor,
  replyTextBytes,
  split
} from "./folding.ts"
import type { Sentence } from "./sentence.ts"
import { word } from "./wording.ts"

/**
 * What to do with a sentence of ours that does not fit into the reply beside the first thing that waits, if no push can follow.
 *
 * - `now`: say it in this reply, and let what waits come later. It answers what the user just did.
 * - `inTurn`: put it behind what waits. It tells of a chat, and comes after what was said there.
 * - `news`: the same, unless it is the newest of what waits already.
 * - `once`: the same, unless it waits anywhere already.
 * - `passing`: leave it out. It says how things stand, which may be wrong when it is read; the next reply says it anew.
 */
export type WhenFull = "now" | "news" | "inTurn" | "once" | "passing"

/**
 * One sentence in words; `later`: in words for a later message. `opens`: the group of the chat that it says has begun; nothing of that chat
 * is read before it.
 */
export interface Said {
  readonly words: string
  readonly later?: string
  readonly whenFull: WhenFull
  readonly opens?: string
}

/**
 * A reply, which says `taken` of what waited and then `own` of our words (empty: none of them); and what then waits, in order, with those
 * of our words that had no room in it.
 */
export interface ReplyPlan {
  readonly message: Content
  readonly taken: ReadonlyArray<Kept>
  readonly own: string
  readonly rest: ReadonlyArray<Kept>
}

export const inWords = (sentence: Sentence): Said => {
  const said: Said = { words: word(sentence), whenFull: whenFull(sentence) }
  if (sentence._tag === "PairMade") return { ...said, opens: sentence.room }
  const isOfALine = sentence._tag === "NotSent" || sentence._tag === "Kept"
  return isOfALine ? { ...said, later: word({ ...sentence, later: true }) } : said
}

const whenFull = ({ _tag }: Sentence): WhenFull => {
  switch (_tag) {
    case "PairMade":
    case "SearchFailed":
    case "PartnerLeft":
    case "IdleEnded":
      return "news"
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
export const planReply = (
  mail: ReadonlyArray<Kept>,
  sentences: ReadonlyArray<Said>,
  pushes: number
): ReplyPlan => {
  const { waiting, toSay } = opened(mail, sentences)
  // Who took a message over from a server that died may say what is the newest word in the mailbox.
  const newest = waiting.findLast(isOurs)
  const said = toSay.filter((one) => one.whenFull !== "news" || newest === undefined || !says(newest, one))
  const kept = waiting.filter((thing) => !said.some((one) => one.whenFull === "once" && says(thing, one)))
  const all = joined(said)
  const whole = composeReply(kept, all)
  if (whole?.ownIncluded === true && whole.taken === kept.length) {
    return { message: whole.message, taken: kept, own: all, rest: [] }
  }
  const inTurn = said.filter(isInTurn)
  const others = said.filter((one) => !isInTurn(one))
  const together = beside(kept, joined(others), asKept(inTurn), pushes)
  if (together !== undefined) return together
  // All of it is read within a second, in its order.
  if (messagesFor(waiting, replyTextBytes) <= pushes) return firstOf(waiting, asKept(said))
  if (others.some(({ whenFull }) => whenFull === "now")) return ahead(kept, others, asKept(inTurn), pushes)
  const once = others.filter(
    (one, place) =>
      one.whenFull === "once" &&
      !waiting.some((thing) => says(thing, one)) &&
      others.findIndex(({ words }) => words === one.words) === place
  )
  const behind = asKept([...inTurn, ...once])
  return beside(waiting, "", behind, pushes) ?? firstOf(waiting, behind)
}

const isInTurn = ({ whenFull }: Said): boolean => whenFull === "news" || whenFull === "inTurn"

/** Our words as they wait for a later message. */
const asKept = (said: ReadonlyArray<Said>): ReadonlyArray<Kept> =>
  said.flatMap(({ words, later = words, opens = answerGroup }) =>
    split(later, replyTextBytes).map((part) => ({ content: text(part), group: opens }))
  )

/**
 * A slow answer that a chat has begun stands before what came from that chat meanwhile: in its place among what waits, where
 * it waits already perhaps.
 */
const opened = (mail: ReadonlyArray<Kept>, sentences: ReadonlyArray<Said>) => {
  let waiting: ReadonlyArray<Kept> = mail
  const toSay = sentences.filter((one) => {
    const place = waiting.findIndex(({ group }) => group === one.opens)
    const first = waiting[place]
    if (one.opens === undefined || first === undefined) return true
    if (!says(first, one)) {
      waiting = waiting.toSpliced(place, 0, { content: text(one.words), group: one.opens })
    }
    return false
  })
  return { waiting, toSay }
}

/** Things that wait, our words and how many remain in one message, if the first thing fits. `behind`: what is yet to be put there. */
const beside = (
  kept: ReadonlyArray<Kept>,
  own: string,
  behind: ReadonlyArray<Kept>,
  pushes: number
): ReplyPlan | undefined => {
  const composed = composeReply(kept, withNote(own, kept.length + behind.length, false))
  if (composed?.ownIncluded !== true) return undefined
  const rest = [...kept.slice(composed.taken), ...behind]
  // No more than these, even where a shorter note would leave room for one: its number counts the rest.
  const note = withNote(own, rest.length, follow(rest, pushes))
  const carried = composeReply(kept.slice(0, composed.taken), note)
  return carried && { message: carried.message, taken: kept.slice(0, composed.taken), own, rest }
}

/** Our words before all that waits. What is too long for one message comes behind. */
const ahead = (
  kept: ReadonlyArray<Kept>,
  own: ReadonlyArray<Said>,
  inTurn: ReadonlyArray<Kept>,
  pushes: number
): ReplyPlan => {
  const room = replyTextBytes - byteLength(withNote("", kept.length + inTurn.length + mostParts, false)) - 1
  const isWhole = byteLength(joined(own)) <= room
  const lasting = isWhole ? own : own.filter(({ whenFull }) => whenFull !== "passing")
  const [first = "", ...parts] = split(joined(lasting), room)
  const ofAnswer = parts.map((part): Kept => ({ content: text(part), group: answerGroup }))
  const rest = [...kept, ...ofAnswer, ...inTurn]
  const words = rest.length === 0 ? first : withNote(first, rest.length, follow(rest, pushes))
  return { message: text(words), taken: [], own: first, rest }
}

/** An answer of ours is never that long. It makes room for the number in a note. */
const mostParts = 100

const firstOf = (kept: ReadonlyArray<Kept>, behind: ReadonlyArray<Kept>): ReplyPlan => {
  const { message, taken } = fold(kept, replyTextBytes) ?? { message: text(""), taken: 0 }
  return { message, taken: kept.slice(0, taken), own: "", rest: [...kept.slice(taken), ...behind] }
}

const follow = (rest: ReadonlyArray<Kept>, pushes: number): boolean =>
  messagesFor(rest, replyTextBytes) <= pushes

const withNote = (own: string, lines: number, follow: boolean): string => {
  const note = word({ _tag: "Remaining", lines, follow })
  return own === "" ? note : `${own}\n${note}`
}

const says = (thing: Kept, { words, later = words }: Said): boolean =>
  isOurs(thing) && thing.content._tag === "Text" && thing.content.text === later

import { word } from "../core/wording.ts"
import type { Violation } from "./invariants.ts"

/** What a user believes after what they were told. `unknown`: something was lost on the way, so that anything may be true. */
export type Belief = "nothing" | "looking" | "paired" | "unknown"

/** One thing on a user's phone: the texts of one bubble, and the button whose answer it is. */
export interface Bubble {
  readonly text: string
  readonly answers?: string
  /** It is what a partner wrote, and nothing else. */
  readonly isLine?: boolean
  /** It came by push while the reader waited for the answer to 配对 or 更换. */
  readonly asking?: boolean
}

/**
 * Reads what a user was told, in order. It has to make sense: a pair is announced once, its end is announced once, and nothing
 * ends that did not begin. `lenient`: a server died or an answer was lost, so that a notice may come twice.
 */
export const readTold = (
  who: string,
  bubbles: ReadonlyArray<Bubble>,
  lenient: boolean
): { readonly belief: Belief; readonly violations: ReadonlyArray<Violation> } => {
  let belief: Belief = "nothing"
  const violations: Array<Violation> = []
  for (const bubble of bubbles) {
    const read = readBubble(belief, bubble)
    belief = read.belief
    if (!lenient) violations.push(...read.wrongs.map((facts) => toldWrongly(who, facts)))
  }
  return { belief, violations }
}

export const toldWrongly = (who: string, facts: string): Violation => ({
  guarantee: "everybody affected is told once",
  facts: `${who} ${facts}`
})

/** What a user believes after one more bubble, and what of it made no sense. */
export const readBubble = (
  before: Belief,
  { text, answers, isLine, asking }: Bubble
): { readonly belief: Belief; readonly wrongs: ReadonlyArray<string> } => {
  let belief = before
  const wrongs: Array<string> = []
  const told = saidIn(text)
  if (isLine === true && belief === "looking") wrongs.push("got a line before being told of the pair")
  // A user who asks for another partner, or a second time for one, knows that the pair is over, unless the partner was faster.
  const leaves = answers !== undefined && asksForPartner.has(answers) && belief === "paired"
  if (leaves && !isShown(text) && told[0] !== "pairEnded") belief = "nothing"
  // So does a user who hears of the next pair before the answer to that.
  if (asking === true && told[0] === "pairMade" && belief === "paired") belief = "nothing"
  for (const [place, said] of told.entries()) {
    // A search may have failed before anything else could be said of it.
    const isOutcome = said === "searchFailed" && answers !== undefined && asksForPartner.has(answers)
    const problem = belief === "unknown" || isOutcome ? undefined : contradiction(belief, said)
    if (problem !== undefined) wrongs.push(problem)
    belief = beliefAfter[said]
    // A user who asks for another partner hears first of the one that was just found, and leaves that one by asking.
    if (said === "pairMade" && answers === changes && place < told.length - 1) belief = "nothing"
  }
  return { belief, wrongs }
}

export const endWithoutPair = "was told of an end without a pair"

const contradiction = (belief: Belief, said: Said): string | undefined => {
  switch (said) {
    case "pairMade":
      return belief === "paired" ? "was told of a pair while in one" : undefined
    case "looking":
      return belief === "paired" ? "was told to wait while in a pair" : undefined
    case "pairEnded":
      return belief === "paired" ? undefined : endWithoutPair
    case "searchFailed":
      return belief === "nothing" ? "was told of a failed search without a search" : undefined
    case "left":
      return undefined
    case "statusPaired":
      return belief === "paired" ? undefined : "turned out to be in a pair without a word"
    case "statusNotPaired":
      return belief === "nothing" ? undefined : `turned out to be out of it (${belief}) without a word`
  }
}

type Said =
  | "pairMade"
  | "looking"
  | "pairEnded"
  | "searchFailed"
  | "left"
  | "statusPaired"
  | "statusNotPaired"

const beliefAfter: Readonly<Record<Said, Belief>> = {
  pairMade: "paired",
  looking: "looking",
  pairEnded: "nothing",
  searchFailed: "nothing",
  left: "nothing",
  statusPaired: "paired",
  statusNotPaired: "nothing"
}

const changes = "更换"
const asksForPartner: ReadonlySet<string> = new Set(["配对", changes])

const sentences: ReadonlyArray<readonly [Said, string]> = [
  ["pairMade", word({ _tag: "PairMade" })],
  ["looking", word({ _tag: "Looking" })],
  ["looking", word({ _tag: "Looking", askAgain: true })],
  ["pairEnded", word({ _tag: "PartnerLeft" })],
  ["pairEnded", word({ _tag: "IdleEnded" })],
  ["searchFailed", word({ _tag: "SearchFailed" })],
  ["left", word({ _tag: "Left" })],
  ["statusPaired", word({ _tag: "StatusPaired" })],
  ["statusNotPaired", word({ _tag: "StatusNotPaired" })]
]

const shortestSentence = Math.min(...sentences.map(([, words]) => words.length))

/** The sentences in a bubble, in the order in which they stand there. */
const saidIn = (text: string): ReadonlyArray<Said> => {
  if (text.length < shortestSentence) return []
  const places: Array<{ readonly at: number; readonly said: Said }> = []
  for (const [said, words] of sentences) {
    for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1)) places.push({ at, said })
  }
  return places.sort((one, other) => one.at - other.at).map(({ said }) => said)
}

const shownBegins = word({ _tag: "PairingShown", since: "", minutes: 0 }).slice(0, "已配对：".length)

const isShown = (text: string): boolean => text.includes(shownBegins)

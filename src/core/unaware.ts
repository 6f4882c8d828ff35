import { stays } from "./chat-news.ts"
import { type Step, step } from "./conversation.ts"
import type { ChatEvent } from "./event.ts"
import { isOurs, type Kept } from "./folding.ts"
import type { Chat, Paired } from "./session.ts"
import { word } from "./wording.ts"

/**
 * Whether a user cannot know of the pair they are in, and believes to be in another: the notice of it waits behind lines of that one.
 * `waiting`: what waits for the user, in order.
 */
export const isUnaware = (chat: Chat, waiting: ReadonlyArray<Kept>): chat is Paired => {
  if (chat._tag !== "Paired" || waiting.length === 0) return false
  const notice = waiting.findIndex((thing) => thing.group === chat.room && isPairMade(thing))
  return notice > 0 && waiting.slice(0, notice).some((thing) => !isOurs(thing) && thing.group !== chat.room)
}

/** As `step`, for such a user: what they write is meant for somebody else, and not sent. */
export const stepUnaware = (pair: Paired, event: ChatEvent): Step => {
  const wished = step(pair, event)
  return wished.commands.some(({ _tag }) => _tag === "Relay")
    ? stays(pair, { _tag: "Reply", sentence: { _tag: "NotSent" } })
    : wished
}

/** Whether this is word of a new pair. */
export const isPairMade = (thing: Kept): boolean =>
  isOurs(thing) && thing.content._tag === "Text" && thing.content.text === pairMade

const pairMade = word({ _tag: "PairMade" })

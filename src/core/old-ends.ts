import { isOurs, type Kept } from "./folding.ts"
import type { RoomId } from "./room.ts"
import { isPairMade } from "./unaware.ts"
import { word } from "./wording.ts"

/** Whether this says that a chat is over, without saying which. */
export const tellsOfAnEnd = (thing: Kept): boolean =>
  isOurs(thing) && thing.content._tag === "Text" && ends.has(thing.content.text)

/**
 * What waits for a user who knows that they are in the pair of `room`, without word of the end of earlier chats, which would seem to speak of this
 * one. Behind lines of that chat it stays, and before word of the pair itself.
 */
export const withoutOldEnds = <K extends Kept>(waiting: ReadonlyArray<K>, room: RoomId): ReadonlyArray<K> => {
  const made = waiting.findLastIndex((thing) => thing.group === room && isPairMade(thing))
  const isOfLines = ({ group }: Kept) => waiting.some((thing) => thing.group === group && !isOurs(thing))
  return waiting.filter(
    (thing, place) => place < made || thing.group === room || !tellsOfAnEnd(thing) || isOfLines(thing)
  )
}

const ends: ReadonlySet<string> = new Set([word({ _tag: "PartnerLeft" }), word({ _tag: "IdleEnded" })])

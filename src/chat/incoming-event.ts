import type { Trigger } from "../core/allowance.ts"
import { isButton } from "../core/button.ts"
import { text } from "../core/content.ts"
import type { ChatEvent } from "../core/event.ts"
import { intentOf, words } from "../core/intent.ts"
import { word } from "../core/wording.ts"
import type { Incoming } from "../wechat/messages.ts"

/** What a message means for the sender's chat; undefined: nothing, and nothing is answered. */
export const eventOf = (incoming: Incoming): ChatEvent | undefined => {
  switch (incoming._tag) {
    case "Text":
      return incoming.menuItemId === undefined
        ? { _tag: "Said", text: incoming.content }
        : clicked(incoming.content)
    case "Image":
      return { _tag: "Sent", content: { _tag: "Image", mediaId: incoming.mediaId } }
    case "Voice":
      return { _tag: "Sent", content: { _tag: "Voice", mediaId: incoming.mediaId } }
    case "Video":
      return {
        _tag: "Sent",
        content: { _tag: "Video", mediaId: incoming.mediaId, thumbMediaId: incoming.thumbMediaId }
      }
    case "Location":
      return {
        _tag: "Sent",
        content: text(
          word({
            _tag: "Place",
            label: incoming.label,
            latitude: inDigits(incoming.latitude),
            longitude: inDigits(incoming.longitude)
          })
        )
      }
    case "Link":
      return {
        _tag: "Sent",
        content: text(
          word({
            _tag: "SharedLink",
            title: incoming.title,
            description: incoming.description,
            url: incoming.url
          })
        )
      }
    case "Sticker":
      return { _tag: "NotCarried", kind: "sticker" }
    case "UnknownKind":
      return { _tag: "NotCarried", kind: "unknown" }
    case "Followed":
      return { _tag: "Followed" }
    case "Unfollowed":
      return { _tag: "Unfollowed" }
    case "Clicked":
      // Phones keep a menu for minutes after it changed: an unknown key gets the help.
      return isButton(incoming.key)
        ? { _tag: "Pressed", button: incoming.key }
        : { _tag: "Said", text: `#${words.help}` }
    case "Scanned":
    case "OtherEvent":
      return undefined
  }
}

/** A click in a message menu counts as a button; a command that is none counts as typed behind a `#`. */
const clicked = (label: string): ChatEvent => {
  if (isButton(label)) return { _tag: "Pressed", button: label }
  const intent = intentOf(label)
  return { _tag: "Said", text: intent._tag === "Plain" || intent.marked ? label : `#${label}` }
}

/** Which window of the allowance a message opens (protocol notes 6.1); undefined: none. */
export const triggerOf = (incoming: Incoming): Trigger | undefined => {
  switch (incoming._tag) {
    case "Clicked":
      return "click"
    case "Followed":
      return "follow"
    case "Scanned":
      return "scan"
    case "Text":
      return incoming.menuItemId === undefined ? "message" : "click"
    case "OtherEvent":
      return clickEvents.has(incoming.event) ? "click" : undefined
    case "Unfollowed":
      return undefined
    default:
      return "message"
  }
}

/** Menu buttons of these types count as `click` does; opening a page or sending a picture from the menu does not. */
const clickEvents: ReadonlySet<string> = new Set(["scancode_push", "scancode_waitmsg"])

/** A tenth of a metre; below that JavaScript writes powers of ten, which a user would take for something else. */
const leastDegrees = 1e-6

const inDigits = (degrees: number): string => (Math.abs(degrees) < leastDegrees ? "0" : String(degrees))

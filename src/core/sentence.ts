import type { Button, CampusButton } from "./button.ts"
import type { CampusAnswer } from "./campus-answer.ts"
import type { RoomId } from "./room.ts"
import type { Chat } from "./session.ts"

/** Everything that the service can say to a user, as data; `wording.ts` has the words. */
export type Sentence =
  | { readonly _tag: "PairMade"; readonly room: RoomId }
  /** `askAgain`: nothing can be pushed, so the user has to ask again. */
  | { readonly _tag: "Looking"; readonly askAgain?: true }
  | { readonly _tag: "SearchFailed" }
  | { readonly _tag: "StatusPaired" }
  | { readonly _tag: "StatusNotPaired"; readonly teasing?: true }
  /** `lines`: how many both have passed on since then; absent if memcached lost the count. */
  | {
      readonly _tag: "PairingShown"
      readonly minutes: number
      readonly since: string
      readonly lines?: number
    }
  | { readonly _tag: "PartnerLeft" }
  | { readonly _tag: "IdleEnded" }
  /** `pair`: the user left a pair, not a search. */
  | { readonly _tag: "Left"; readonly pair?: true }
  | { readonly _tag: "NothingToLeave" }
  /** NotSent and Kept: `later` is set if the writer reads this noticeably after writing the line. */
  | { readonly _tag: "NotSent"; readonly later?: true }
  | { readonly _tag: "Kept"; readonly later?: true }
  /** Unsure, RefusedByWeChat, Unsendable: `later` is set if the writer was first told that the line is kept. */
  | { readonly _tag: "Unsure"; readonly later?: true }
  | { readonly _tag: "RefusedByWeChat"; readonly later?: true }
  | { readonly _tag: "Unsendable"; readonly later?: true }
  | { readonly _tag: "MailboxFull" }
  /** Follows kept lines that fill a reply: this many more wait. `follow`: they are pushed at once. */
  | { readonly _tag: "Remaining"; readonly lines: number; readonly follow: boolean }
  | { readonly _tag: "ButtonWouldHave"; readonly button: Button }
  /** The text would have been a report outside of a chat; it went to the partner. */
  | { readonly _tag: "ReportWouldHave" }
  /** `outside`: the user is in no chat, so nobody was to get it. */
  | { readonly _tag: "NotCarried"; readonly kind: "sticker" | "unknown"; readonly outside?: true }
  | { readonly _tag: "NoCampus"; readonly button: CampusButton }
  /** What the school, or the service in its place, says. */
  | { readonly _tag: "Campus"; readonly answer: CampusAnswer }
  | { readonly _tag: "Bound" }
  | { readonly _tag: "Unbound" }
  /** There was nothing to delete; the link leads to the page that binds. */
  | { readonly _tag: "NotBound"; readonly link: string }
  | { readonly _tag: "TeaseBegins" }
  | { readonly _tag: "TeaseNotNow" }
  | { readonly _tag: "TeaseOnlyText" }
  | { readonly _tag: "NoChatbot" }
  /** What a chatbot said, made harmless and short enough. */
  | { readonly _tag: "TeaseAnswer"; readonly text: string }
  /** The chatbot takes at most `most` characters. */
  | { readonly _tag: "TeaseTooLong"; readonly most: number }
  | { readonly _tag: "ChatbotSilent"; readonly why: "failed" | "refused" | "speechless" | "busy" }
  | { readonly _tag: "LeftTease" }
  | { readonly _tag: "About" }
  | { readonly _tag: "Welcome" }
  | { readonly _tag: "Help"; readonly state: Chat["_tag"] }
  | { readonly _tag: "Hint" }
  | { readonly _tag: "Busy" }
  | { readonly _tag: "TooFast" }
  | { readonly _tag: "Filtered" }
  /** The line held a link that would have acted for its reader. */
  | { readonly _tag: "CommandLinkHeld" }
  /** `last`: the last partner was reported; the present chat goes on. */
  | { readonly _tag: "Reported"; readonly last?: true }
  /** The last partner, who was to be reported, is the present one again. */
  | { readonly _tag: "ReportByMark" }
  | { readonly _tag: "NothingToReport" }
  /** The last attempt of an exchange ends without an answer, and nothing can be pushed. */
  | { readonly _tag: "StillWorking" }
  | { readonly _tag: "Place"; readonly label: string; readonly latitude: string; readonly longitude: string }
  | {
      readonly _tag: "SharedLink"
      readonly title: string
      readonly description: string
      readonly url: string
    }

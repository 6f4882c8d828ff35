import type { CampusQuestion } from "./campus-question.ts"
import type { Content } from "./content.ts"
import type { Openid } from "./openid.ts"
import type { CloseReason, RoomId } from "./room.ts"
import type { Sentence } from "./sentence.ts"

/** What is to be done about an event, as data. A list of commands is carried out in its order. */
export type Command =
  /** Close the room of a pair; the partner is told. Before the session points elsewhere. */
  | { readonly _tag: "LeaveRoom"; readonly room: RoomId; readonly why: CloseReason }
  /** Keep a report about the partner with the last lines, and never pair the two again. Before the room is closed. */
  | { readonly _tag: "Report"; readonly room: RoomId; readonly about: Openid }
  /**
   * Report the last partner, if there was one a moment ago, and answer with what came of it. Ends no chat; comes before a
   * search. `but`: the present partner, who is not meant.
   */
  | { readonly _tag: "ReportLast"; readonly but?: Openid }
  /** Close the room in which the user waits. */
  | { readonly _tag: "StopLooking"; readonly room: RoomId }
  /** Look for a partner; comes out as PartnerFound or NobodyThere. With `room`: the user waits there already. */
  | { readonly _tag: "Look"; readonly room?: RoomId }
  /** Pass on to the partner, word for word. */
  | { readonly _tag: "Relay"; readonly room: RoomId; readonly to: Openid; readonly content: Content }
  /** Answer with how long the pair stands and how many lines were passed on. */
  | { readonly _tag: "ShowPairing"; readonly room: RoomId; readonly sinceMillis: number }
  /** Ask the school. */
  | { readonly _tag: "AskCampus"; readonly question: CampusQuestion }
  /** Delete the binding of the user's student card. */
  | { readonly _tag: "Unbind" }
  /** Ask the chatbot. */
  | { readonly _tag: "Tease"; readonly text: string }
  /** Forget what was said in tease mode: when it ends, and when it begins, since a lost session may have left something behind. */
  | { readonly _tag: "ForgetTease" }
  /** Delete all that is kept of the user. */
  | { readonly _tag: "Forget" }
  /** Answer with a sentence. */
  | { readonly _tag: "Reply"; readonly sentence: Sentence }

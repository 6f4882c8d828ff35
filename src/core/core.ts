/** The published surface of the core (`xiaohou/core`): one of the two files that pass on what others define. */
export {
  afterPush,
  afterRefusal,
  Allowance,
  assumed,
  type Importance,
  mayPush,
  opened,
  pushesLeft,
  Trigger,
  windows
} from "./allowance.ts"
export { type Button, buttons, type CampusButton, isButton, isCampusButton, menuLayout } from "./button.ts"
export type { Command } from "./command.ts"
export { Content, text } from "./content.ts"
export { news } from "./chat-news.ts"
export { type Step, step } from "./conversation.ts"
export { ChatEvent } from "./event.ts"
export {
  byteLength,
  carriable,
  composeReply,
  fold,
  Kept,
  replyTextBytes,
  split,
  textLimitBytes
} from "./folding.ts"
export { type Intent, intentOf, words } from "./intent.ts"
export { Openid } from "./openid.ts"
export {
  choosePartner,
  decideRound,
  type Decision,
  type Lobby,
  lobbyCapacity,
  type LobbyEntry,
  metLately,
  pairNewcomers,
  type Round,
  type Seeker,
  suits
} from "./pairing.ts"
export {
  closed,
  type ClosedRoom,
  CloseReason,
  joined,
  members,
  type OpenRoom,
  partnerIn,
  Room,
  RoomId,
  type WaitingRoom,
  WriteId
} from "./room.ts"
export type { Sentence } from "./sentence.ts"
export { resume } from "./takeover.ts"
export {
  Chat,
  type Farewell,
  farewells,
  ordinary,
  type Paired,
  resolve,
  Session,
  sessionOf,
  type StateNumber,
  stateNumber,
  stateNumbers
} from "./session.ts"
export { type Transition, transition } from "./transitions.ts"
export { word } from "./wording.ts"

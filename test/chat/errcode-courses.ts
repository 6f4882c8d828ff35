/** What becomes of a push for every errcode. */
import { type ErrcodeName, errcodes } from "../../src/wechat/errcodes.ts"

/** How one code ends: by name, so that a new code has to be put somewhere. */
export type Course =
  | "tried thrice, then by itself"
  | "new token"
  | "account pauses"
  | "account stops"
  | "passive"
  | "waits for the receiver"
  | "gone"
  | "split"
  | "unsendable"
  | "refused"
  | "no answer to a push"

const courses: Readonly<Record<ErrcodeName, Course>> = {
  busy: "tried thrice, then by itself",
  tokenInvalid: "new token",
  tokenMalformed: "new token",
  tokenExpired: "new token",
  dailyQuotaUsedUp: "account pauses",
  minuteQuotaUsedUp: "account pauses",
  appIdInvalid: "account stops",
  appSecretInvalid: "account stops",
  appSecretFrozen: "account stops",
  ipNotAllowed: "account stops",
  ipNotAllowedElsewhere: "account stops",
  ipNeedsConfirmation: "account stops",
  accountFrozen: "account stops",
  userLimited: "account stops",
  apiBanned: "account stops",
  sendingBlocked: "account stops",
  sendingPunished: "account stops",
  notPermitted: "passive",
  outsideWindow: "waits for the receiver",
  allowanceUsedUp: "waits for the receiver",
  messagesSwitchedOff: "waits for the receiver",
  tokenMissing: "waits for the receiver",
  tooManyArticles: "waits for the receiver",
  messageTypeInvalid: "waits for the receiver",
  escapesInvalid: "waits for the receiver",
  jsonInvalid: "waits for the receiver",
  parameterInvalid: "waits for the receiver",
  callUnknown: "waits for the receiver",
  postRequired: "waits for the receiver",
  bodyEmpty: "waits for the receiver",
  openidInvalid: "gone",
  notFollowing: "gone",
  blacklisted: "gone",
  textTooLong: "split",
  textEmpty: "unsendable",
  mediaInvalid: "unsendable",
  typeNotAllowed: "unsendable",
  contentRefused: "refused",
  typingNeedsExchange: "no answer to a push",
  typingAlready: "no answer to a push",
  typingCommandInvalid: "no answer to a push",
  grantTypeInvalid: "no answer to a push",
  appIdMissing: "no answer to a push",
  appSecretMissing: "no answer to a push",
  getRequired: "no answer to a push",
  mediaTypeInvalid: "no answer to a push",
  mediaMissing: "no answer to a push",
  mediaTooLarge: "no answer to a push",
  clearingUsedUp: "no answer to a push",
  menuButtonCount: "no answer to a push",
  menuButtonType: "no answer to a push",
  subMenuButtonCount: "no answer to a push",
  menuNameSize: "no answer to a push",
  subMenuNameSize: "no answer to a push",
  menuKeySize: "no answer to a push",
  menuUrlSize: "no answer to a push",
  menuUrlHost: "no answer to a push",
  subMenuUrlHost: "no answer to a push",
  noMenu: "no answer to a push",
  messageMenuHead: "no answer to a push",
  messageMenuItem: "no answer to a push",
  accountKindInvalid: "no answer to a push",
  callbackUrlMissing: "no answer to a push",
  callbackActionInvalid: "no answer to a push",
  callbackOperatorInvalid: "no answer to a push",
  quotaPathInvalid: "no answer to a push",
  quotaOfAnotherKind: "no answer to a push"
}

export const namesOf = (course: Course) =>
  Object.entries(courses)
    .filter(([, one]) => one === course)
    .map(([name]) => ({ name, code: errcodes[name as ErrcodeName].code }))

/** Whether what waits is pushed once the pause is over. */
export const comesByItself = (name: string): boolean => courses[name as ErrcodeName] === "account pauses"

/** WeChat's error codes, each in this one place: its name, and what a good client does about it (protocol notes 5, 6.4, 7 and 10). */

/**
 * - `retry`: busy, nothing was done; again after a moment
 * - `refreshToken`: fetch a new access token once and retry once; on the token call itself a wrong secret
 * - `keep`: not now; keep the message until this user writes again
 * - `giveUp`: not to this user
 * - `split`: too long
 * - `refusedContent`: this content never; tell the writer
 * - `unsendable`: nothing that can be sent, such as a picture that WeChat keeps no longer; tell the writer
 * - `passiveOnly`: this account may not push at all
 * - `pause`: a quota of the whole account; wait for the next minute or day
 * - `stop`: a matter for the operator; repeating makes it worse
 * - `bug`: we asked for something impossible
 */
export const actions = [
  "retry",
  "refreshToken",
  "keep",
  "giveUp",
  "split",
  "refusedContent",
  "unsendable",
  "passiveOnly",
  "pause",
  "stop",
  "bug"
] as const

export type Action = (typeof actions)[number]

interface Errcode {
  readonly code: number
  readonly action: Action
}

export const errcodes = {
  busy: { code: -1, action: "retry" },
  tokenInvalid: { code: 40001, action: "refreshToken" },
  tokenMalformed: { code: 40014, action: "refreshToken" },
  tokenExpired: { code: 42001, action: "refreshToken" },
  tokenMissing: { code: 41001, action: "bug" },
  appIdInvalid: { code: 40013, action: "stop" },
  appSecretInvalid: { code: 40125, action: "stop" },
  ipNotAllowed: { code: 40164, action: "stop" },
  /** One official page names this one in place of 40164. */
  ipNotAllowedElsewhere: { code: 61004, action: "stop" },
  appSecretFrozen: { code: 40243, action: "stop" },
  ipNeedsConfirmation: { code: 89503, action: "stop" },
  accountFrozen: { code: 50007, action: "stop" },
  userLimited: { code: 50002, action: "stop" },
  dailyQuotaUsedUp: { code: 45009, action: "pause" },
  minuteQuotaUsedUp: { code: 45011, action: "pause" },
  openidInvalid: { code: 40003, action: "giveUp" },
  notFollowing: { code: 43004, action: "giveUp" },
  blacklisted: { code: 43019, action: "giveUp" },
  /** Outside the window, or unfollowed: WeChat has one code for both. */
  outsideWindow: { code: 45015, action: "keep" },
  allowanceUsedUp: { code: 45047, action: "keep" },
  textTooLong: { code: 45002, action: "split" },
  textEmpty: { code: 44004, action: "unsendable" },
  /** Media are kept for three days. */
  mediaInvalid: { code: 40007, action: "unsendable" },
  tooManyArticles: { code: 45008, action: "bug" },
  notPermitted: { code: 48001, action: "passiveOnly" },
  messagesSwitchedOff: { code: 48002, action: "giveUp" },
  apiBanned: { code: 48004, action: "stop" },
  typeNotAllowed: { code: 48008, action: "stop" },
  sendingBlocked: { code: 45087, action: "stop" },
  sendingPunished: { code: 45094, action: "stop" },
  contentRefused: { code: 87014, action: "refusedContent" },
  typingNeedsExchange: { code: 45080, action: "keep" },
  typingAlready: { code: 45081, action: "keep" },
  typingCommandInvalid: { code: 45072, action: "bug" },
  messageTypeInvalid: { code: 40008, action: "bug" },
  grantTypeInvalid: { code: 40002, action: "bug" },
  appIdMissing: { code: 41002, action: "bug" },
  appSecretMissing: { code: 41004, action: "bug" },
  callUnknown: { code: 40066, action: "bug" },
  getRequired: { code: 43001, action: "bug" },
  postRequired: { code: 43002, action: "bug" },
  bodyEmpty: { code: 44002, action: "bug" },
  mediaTypeInvalid: { code: 40004, action: "bug" },
  mediaMissing: { code: 41005, action: "bug" },
  mediaTooLarge: { code: 45001, action: "bug" },
  escapesInvalid: { code: 40033, action: "bug" },
  jsonInvalid: { code: 47001, action: "bug" },
  parameterInvalid: { code: 47002, action: "bug" },
  menuButtonCount: { code: 40016, action: "bug" },
  menuButtonType: { code: 40017, action: "bug" },
  subMenuButtonCount: { code: 40023, action: "bug" },
  menuNameSize: { code: 40018, action: "bug" },
  subMenuNameSize: { code: 40025, action: "bug" },
  menuKeySize: { code: 40019, action: "bug" },
  menuUrlSize: { code: 40020, action: "bug" },
  menuUrlHost: { code: 40055, action: "bug" },
  subMenuUrlHost: { code: 40054, action: "bug" },
  noMenu: { code: 46003, action: "giveUp" },
  messageMenuHead: { code: 45098, action: "bug" },
  messageMenuItem: { code: 45099, action: "bug" },
  accountKindInvalid: { code: 40200, action: "bug" },
  /** No address is set in WeChat's console, or none that can be called. */
  callbackUrlMissing: { code: 40201, action: "stop" },
  callbackActionInvalid: { code: 40202, action: "bug" },
  callbackOperatorInvalid: { code: 40203, action: "bug" },
  /** The counts of a month can be set to nothing a few times only. */
  clearingUsedUp: { code: 48006, action: "bug" },
  quotaPathInvalid: { code: 76021, action: "bug" },
  quotaOfAnotherKind: { code: 76022, action: "bug" }
} as const satisfies Readonly<Record<string, Errcode>>

export type ErrcodeName = keyof typeof errcodes

const names = new Map(
  Object.entries(errcodes).map(([name, { code, action }]) => [
    code as number,
    { name: name as ErrcodeName, action }
  ])
)

/** The name of a code, or `unknown`. */
export const errcodeName = (code: number): ErrcodeName | "unknown" => names.get(code)?.name ?? "unknown"

/** What to do about a code; one that is not in the table counts as a bug: it is reported and nothing is repeated. */
export const actionFor = (code: number): Action => names.get(code)?.action ?? "bug"

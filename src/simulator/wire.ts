/** One exchange between the simulated WeChat and the service, whole: it is a developer's own machine. The app secret is blotted out. */
export interface WireEntry {
  readonly id: number
  readonly atMillis: number
  /** `callback`: WeChat calls the service; `api`: the service calls WeChat. */
  readonly direction: "callback" | "api"
  readonly path: string
  /** Kind of message or event, or the HTTP method. */
  readonly what: string
  /** Whose phone it is about; empty if it is about none. */
  readonly openid: string
  readonly attempt: number
  /** HTTP status, or 0 if none came. */
  readonly status: number
  readonly outcome: string
  /** What went wrong, in plain words; empty if nothing did. */
  readonly explanation: string
  /** Whether it went as it should for both sides. */
  readonly good: boolean
  readonly durationMillis: number
  /** The faults that struck on purpose. */
  readonly faults: ReadonlyArray<string>
  readonly raw: RawExchange
}

/** The exchange as it went over the wire. `opened…` is what an envelope held; empty if there was none. */
export interface RawExchange {
  readonly method: string
  /** The whole address, with signature and token. */
  readonly url: string
  readonly requestBody: string
  readonly openedRequest: string
  readonly answerBody: string
  readonly openedAnswer: string
}

/** Enough to look back over a conversation; the page and the memory stay small. */
export const wireHistoryEntries = 200

/** A longer body is cut on the wire view; 4 KiB more than an encrypted text of the longest sort. */
const wireBodyCharacters = 12_000

/** Bodies cut to what the view keeps. */
export const cutRaw = (raw: RawExchange): RawExchange => ({
  ...raw,
  requestBody: raw.requestBody.slice(0, wireBodyCharacters),
  openedRequest: raw.openedRequest.slice(0, wireBodyCharacters),
  answerBody: raw.answerBody.slice(0, wireBodyCharacters),
  openedAnswer: raw.openedAnswer.slice(0, wireBodyCharacters)
})

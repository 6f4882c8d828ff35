/** One exchange between the simulated WeChat and the service; never tokens, secrets or what people wrote. */
export interface WireEntry {
  readonly id: number
  readonly atMillis: number
  /** `callback`: WeChat calls the service; `api`: the service calls WeChat. */
  readonly direction: "callback" | "api"
  readonly path: string
  /** Kind of message or event, or the HTTP method. */
  readonly what: string
  readonly attempt: number
  /** HTTP status, or 0 where none came. */
  readonly status: number
  readonly outcome: string
  /** Whether both sides may be content with it. */
  readonly good: boolean
  readonly durationMillis: number
}

/** Enough to look back over a conversation; the page and the memory stay small. */
export const wireHistoryEntries = 200

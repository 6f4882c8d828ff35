/** How often the account has called WeChat today, this minute and this month, and whether it may once more (protocol notes 5 to 7, 10). */
import { Clock, Effect } from "effect"
import { dayMillis, hourMillis, minuteMillis } from "../core/durations.ts"
import { mayCall, rightsOf, type AccountKind } from "./account-kind.ts"
import { refuse, type ApiRefusal } from "./errcode.ts"

/** WeChat's day begins at midnight in Beijing (notes 5, unverified). */
const beijingAheadMillis = 8 * hourMillis

/** Calls a minute to the stable token (notes 5); past that 45011. */
const stableTokenCallsPerMinute = 10_000
/** How often in a month all counts, or a single one, may begin anew (notes 10); past that 48006. */
const clearsPerMonth = 10
const singleClearsPerMonth = 50

interface Counts {
  readonly day: number
  readonly minute: number
  readonly month: string
  readonly calls: ReadonlyMap<string, number>
  readonly tokenCallsThisMinute: number
  readonly clears: number
  readonly singleClears: number
}

const nothing: Counts = {
  day: 0,
  minute: 0,
  month: "",
  calls: new Map(),
  tokenCallsThisMinute: 0,
  clears: 0,
  singleClears: 0
}

export const makeCallCounts = (kindNow: () => AccountKind) => {
  let counts = nothing

  const countOf = (path: string): number => counts.calls.get(path) ?? 0

  /** When a day, minute or month is over, its counts begin anew. */
  const turn = Effect.map(Clock.currentTimeMillis, (nowMillis) => {
    const inBeijing = nowMillis + beijingAheadMillis
    const day = Math.floor(inBeijing / dayMillis)
    const minute = Math.floor(nowMillis / minuteMillis)
    const month = new Date(inBeijing).toISOString().slice(0, "2026-01".length)
    if (day !== counts.day) counts = { ...counts, day, calls: new Map() }
    if (minute !== counts.minute) counts = { ...counts, minute, tokenCallsThisMinute: 0 }
    if (month !== counts.month) counts = { ...counts, month, clears: 0, singleClears: 0 }
  })

  return {
    /** 48001 if this kind of account may not; 45009 past the day's count, 45011 past the minute's. Counts the call. */
    admit: Effect.fnUntraced(function* (path: string): Effect.fn.Return<void, ApiRefusal> {
      yield* turn
      if (!mayCall(kindNow(), path)) return yield* refuse("notPermitted")
      const mostToday = rightsOf(kindNow()).callsPerDay[path] ?? Infinity
      if (countOf(path) >= mostToday) return yield* refuse("dailyQuotaUsedUp")
      if (path === "/cgi-bin/stable_token") {
        counts = { ...counts, tokenCallsThisMinute: counts.tokenCallsThisMinute + 1 }
        if (counts.tokenCallsThisMinute > stableTokenCallsPerMinute) return yield* refuse("minuteQuotaUsedUp")
      }
      counts = { ...counts, calls: new Map(counts.calls).set(path, countOf(path) + 1) }
    }),

    /** What a day allows for a path, for `openapi/quota/get`; 76022 for what this kind of account may not call. */
    quotaOf: Effect.fnUntraced(function* (path: string) {
      yield* turn
      if (!mayCall(kindNow(), path)) return yield* refuse("quotaOfAnotherKind")
      const limit = rightsOf(kindNow()).callsPerDay[path] ?? 0
      return { daily_limit: limit, used: countOf(path), remain: Math.max(0, limit - countOf(path)) }
    }),

    /** `clear_quota`: all counts of the day begin anew; 48006 after ten times a month. */
    clearAll: Effect.gen(function* () {
      yield* turn
      if (counts.clears >= clearsPerMonth) return yield* refuse("clearingUsedUp")
      counts = { ...counts, calls: new Map(), clears: counts.clears + 1 }
    }),

    /** `openapi/quota/clear`: one count begins anew; 48006 after fifty times a month. */
    clearOne: Effect.fnUntraced(function* (path: string) {
      yield* turn
      if (counts.singleClears >= singleClearsPerMonth) return yield* refuse("clearingUsedUp")
      const calls = new Map(counts.calls)
      calls.delete(path)
      counts = { ...counts, calls, singleClears: counts.singleClears + 1 }
    })
  }
}

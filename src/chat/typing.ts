import { Clock, Effect } from "effect"
import { minuteMillis } from "../core/durations.ts"
import type { Openid } from "../core/openid.ts"
import { keepNewest } from "../memcached/newest.ts"
import { WeChatApi } from "../wechat/api.ts"
import type { Action } from "../wechat/errcodes.ts"

/** For how long WeChat shows the sign; it refuses another meanwhile (45081; protocol notes 6.3). */
const typingShownMillis = 15_000

/** WeChat shows it only to somebody with whom something was exchanged in the last 30 s (45080); one second is for two clocks. */
const typingAllowedMillis = 29_000

/** For how many people it is remembered that they see the sign; beyond that, WeChat refuses what is too much. */
const mostRemembered = 10_000

/** For how long no sign is asked for after WeChat said that a right or a quota is missing. */
const quietMillis = 10 * minuteMillis

/** An answer that takes longer than this is announced by 对方正在输入…; one that is quicker would only flicker. */
export const typingAfterMillis = 1_000

/** Shows the sign if the answer takes long. */
export const whileTyping = <A, E>(showTyping: Effect.Effect<void, E>, answer: Effect.Effect<A>) =>
  Effect.raceFirst(
    answer,
    Effect.andThen(Effect.delay(Effect.ignore(showTyping), typingAfterMillis), Effect.never)
  )

/**
 * The sign 对方正在输入…: it costs no push, so it is shown when words cannot be sent yet. Nothing waits for it and it is never
 * repeated; what WeChat refuses is forgotten.
 */
export const makeTyping = Effect.gen(function* () {
  const api = yield* WeChatApi
  const shownUntilMillis = new Map<Openid, number>()
  let quietUntilMillis = 0

  const remember = (to: Openid, untilMillis: number) => {
    shownUntilMillis.delete(to)
    shownUntilMillis.set(to, untilMillis)
    keepNewest(shownUntilMillis, mostRemembered)
  }

  /** `actedAtMillis`: when the user last did something, milliseconds since 1970. Nothing happens if WeChat would refuse it. */
  return Effect.fnUntraced(function* (to: Openid, actedAtMillis: number) {
    const now = yield* Clock.currentTimeMillis
    const isShown = (shownUntilMillis.get(to) ?? 0) > now
    if (isShown || now - actedAtMillis >= typingAllowedMillis || quietUntilMillis > now) return
    remember(to, now + typingShownMillis)
    yield* api.typing(to).pipe(
      Effect.catchTag("WeChatRefused", ({ action }) =>
        Effect.sync(() => {
          if (!ofThisUser.has(action)) quietUntilMillis = now + quietMillis
        })
      ),
      Effect.ignore
    )
  })
})

/** What WeChat refuses for the sake of one user. */
const ofThisUser: ReadonlySet<Action> = new Set<Action>(["keep", "giveUp"])

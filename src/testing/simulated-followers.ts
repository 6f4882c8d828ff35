import { Effect } from "effect"
import { afterPush, type Allowance, opened, pushesLeft, type Trigger } from "../core/allowance.ts"
import type { Button } from "../core/button.ts"
import { type Content, text } from "../core/content.ts"
import type { Openid } from "../core/openid.ts"
import type { OutgoingMessage } from "../wechat/api.ts"
import { WeChatRefused, WeChatUnreachable, type WeChatError } from "../wechat/api-exchange.ts"
import { actionFor, errcodes } from "../wechat/errcodes.ts"

/**
 * Something that showed up on a user's phone. `answers`: the action whose exchange it came in, and the button if it was one; absent for
 * a push.
 */
export interface Received {
  readonly atMillis: number
  readonly by: Openid
  readonly content: Content
  readonly answers?: number
  readonly button?: Button
  /** A push that came while an act of the user that asks for another partner was not answered yet, or as the answer to it. */
  readonly asking?: true
}

/** What WeChat does between a service and its followers, as far as the chat can notice: it delivers, and it refuses. */
export class SimulatedFollowers {
  readonly received: Array<Received> = []
  refusedPushes = 0
  readonly #windows = new Map<Openid, Allowance>()
  readonly #asks = new Map<Openid, Asks>()
  readonly #now: () => number
  readonly #show: (received: Received) => void

  /** `show`: takes what shows up on phones; without it, `received` keeps all of it. */
  constructor(now: () => number, show?: (received: Received) => void) {
    this.#now = now
    this.#show = show ?? ((received) => this.received.push(received))
  }

  /** A follower acted: a new window of pushes. `button`: which one they pressed, by hand or in words. */
  acted(follower: Openid, trigger: Trigger, button?: Button): void {
    this.#windows.set(follower, opened(trigger, this.#now()))
    const { open, isTold } = this.#asks.get(follower) ?? noAsks
    if (asksForPartner(button)) this.#asks.set(follower, { ...noAsks, open: open + 1 })
    else if (open > 0) this.#asks.set(follower, { open, isTold, isOverdue: false })
    else this.#asks.delete(follower)
  }

  unfollowed(follower: Openid): void {
    this.#windows.delete(follower)
  }

  /** The exchange of an act ended; without `content` nothing shows up. */
  answered(follower: Openid, content: Content | undefined, action: number, button?: Button): void {
    if (asksForPartner(button)) this.#over(follower, content === undefined)
    if (content === undefined) return
    const answers = { answers: action, ...(button === undefined ? {} : { button }) }
    this.#show({ atMillis: this.#now(), by: follower, content, ...answers })
  }

  /** WeChat gave an act up: no exchange is open for it any more, and nothing shows up. */
  unanswered(follower: Openid, button?: Button): void {
    if (asksForPartner(button)) this.#over(follower, false)
  }

  /** A push, as `message/custom/send` takes it. */
  push(to: Openid, message: OutgoingMessage): Effect.Effect<void, WeChatError> {
    return Effect.suspend(() => {
      const window = this.#windows.get(to)
      if (window === undefined || pushesLeft(window, this.#now()) === 0) {
        this.refusedPushes += 1
        const { code } = window === undefined ? errcodes.notFollowing : errcodes.allowanceUsedUp
        return Effect.fail(new WeChatRefused({ errcode: code, errmsg: "refused", action: actionFor(code) }))
      }
      this.#windows.set(to, afterPush(window))
      const content = message._tag === "Text" ? text(message.content) : message
      const asks = this.#asks.get(to)
      const asking = asks === undefined ? {} : ({ asking: true } as const)
      if (asks !== undefined) this.#told(to, asks)
      this.#show({ atMillis: this.#now(), by: to, content, ...asking })
      return Effect.void
    })
  }

  /** The exchange of an act that asks for a partner is over: in silence, if the answer is to come by push, or came so already. */
  #over(follower: Openid, inSilence: boolean): void {
    const { open, isTold, isOverdue } = this.#asks.get(follower) ?? noAsks
    const after = { open: Math.max(0, open - 1), isTold, isOverdue: isOverdue || (inSilence && !isTold) }
    if (after.open > 0 || after.isOverdue) this.#asks.set(follower, after)
    else this.#asks.delete(follower)
  }

  #told(follower: Openid, { open }: Asks): void {
    if (open > 0) this.#asks.set(follower, { open, isTold: true, isOverdue: false })
    else this.#asks.delete(follower)
  }
}

/**
 * What a user asked for a partner and has not heard of: how many acts are not answered yet, whether a push came meanwhile, and whether one
 * was answered with nothing before that, so that its answer is the next push.
 */
interface Asks {
  readonly open: number
  readonly isTold: boolean
  readonly isOverdue: boolean
}

const noAsks: Asks = { open: 0, isTold: false, isOverdue: false }

const asksForPartner = (button: Button | undefined): boolean => button === "配对" || button === "更换"

/** How a push looks to the caller when its answer does not come. */
export const pushUnanswered: Effect.Effect<never, WeChatError> = Effect.fail(
  new WeChatUnreachable({ reason: "timeout" })
)

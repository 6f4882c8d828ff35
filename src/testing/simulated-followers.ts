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
}

/** What WeChat does between a service and its followers, as far as the chat can notice: it delivers, and it refuses. */
export class SimulatedFollowers {
  readonly received: Array<Received> = []
  refusedPushes = 0
  readonly #windows = new Map<Openid, Allowance>()
  readonly #now: () => number
  readonly #show: (received: Received) => void

  /** `show`: takes what shows up on phones; without it, `received` keeps all of it. */
  constructor(now: () => number, show?: (received: Received) => void) {
    this.#now = now
    this.#show = show ?? ((received) => this.received.push(received))
  }

  /** A follower acted: a new window of pushes. */
  acted(follower: Openid, trigger: Trigger): void {
    this.#windows.set(follower, opened(trigger, this.#now()))
  }

  unfollowed(follower: Openid): void {
    this.#windows.delete(follower)
  }

  answered(follower: Openid, content: Content, action: number, button?: Button): void {
    const answers = { answers: action, ...(button === undefined ? {} : { button }) }
    this.#show({ atMillis: this.#now(), by: follower, content, ...answers })
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
      this.#show({ atMillis: this.#now(), by: to, content })
      return Effect.void
    })
  }
}

/** How a push looks to the caller when its answer does not come. */
export const pushUnanswered: Effect.Effect<never, WeChatError> = Effect.fail(
  new WeChatUnreachable({ reason: "timeout" })
)

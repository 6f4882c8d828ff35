import type { Trigger } from "../core/allowance.ts"
import type { Button } from "../core/button.ts"
import type { Content } from "../core/content.ts"
import type { Openid } from "../core/openid.ts"
import type { Incoming } from "../wechat/messages.ts"

/** What a user can do on the phone. */
export type Input =
  | { readonly _tag: "Press"; readonly button: Button }
  | { readonly _tag: "Say"; readonly text: string }
  | { readonly _tag: "Follow" }
  | { readonly _tag: "Unfollow" }

/**
 * One thing that a user did, and what came of it. `answeredAtMillis` is absent while it is being worked on, when its server
 * died, and when WeChat gave it up (`givenUpAtMillis`). `server` and `attempts`: where WeChat sent it last, and how often it has.
 */
export interface Action {
  readonly id: number
  readonly user: Openid
  readonly input: Input
  readonly begunAtMillis: number
  server: number
  attempts: number
  answeredAtMillis?: number
  givenUpAtMillis?: number
  answer?: Content | undefined
}

/** The button, if the action was one. */
export const buttonOf = ({ input }: Action): Button | undefined =>
  input._tag === "Press" ? input.button : undefined

/** Which window of pushes an action opens. */
export const triggerOf = (input: Exclude<Input, { readonly _tag: "Unfollow" }>): Trigger =>
  triggers[input._tag]

/** The action as WeChat tells it to a server. */
export const incoming = ({ id, user, input, begunAtMillis }: Action): Incoming => {
  const common = { to: accountId, from: user, createTimeSeconds: Math.floor(begunAtMillis / 1_000) }
  switch (input._tag) {
    case "Press":
      // Two clicks in the same second would be two events with one duplicate key; people are not that fast.
      return {
        _tag: "Clicked",
        ...common,
        createTimeSeconds: common.createTimeSeconds + id,
        key: input.button
      }
    case "Say":
      return { _tag: "Text", ...common, msgId: String(id), content: input.text }
    case "Follow":
      return { _tag: "Followed", ...common, createTimeSeconds: common.createTimeSeconds + id }
    case "Unfollow":
      return { _tag: "Unfollowed", ...common, createTimeSeconds: common.createTimeSeconds + id }
  }
}

const triggers = { Press: "click", Say: "message", Follow: "follow" } as const

const accountId = "gh_simulated"

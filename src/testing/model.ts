/** A model to compare with: an ideal matchmaker and chat, without servers, memcached or faults, for one action at a time. */
import { type Button, isButton } from "../core/button.ts"
import { words } from "../core/intent.ts"
import type { Openid } from "../core/openid.ts"
import { type StateNumber, stateNumber, stateNumbers } from "../core/session.ts"
import type { Input } from "./action.ts"
import { chatsOf, type Violation } from "./invariants.ts"
import { snapshot } from "./state-history.ts"
import type { World } from "./world.ts"

interface Pair {
  readonly members: readonly [Openid, Openid]
  spokeAtMillis: number
}

/** How long people look for a partner and may be silent, in milliseconds; as in the `WorldOptions` of the world it is compared with. */
export interface ModelOptions {
  readonly pairingTimeoutMillis: number
  readonly chatIdleTimeoutMillis: number
}

/**
 * What the contract says about states and partners, written as plainly as it can be. At most one user ever waits, since the
 * next one becomes the partner. Commands are typed behind a `#`: what a bare word means depends on what its writer has been
 * told, which the model does not know. `now` is in milliseconds since 1970.
 */
export class ChatModel {
  readonly #options: ModelOptions
  readonly #pairs = new Map<Openid, Pair>()
  readonly #shown = new Set<Openid>()
  readonly #teasing = new Set<Openid>()
  #waiting: { readonly user: Openid; readonly deadlineMillis: number } | undefined

  constructor(options: ModelOptions) {
    this.#options = options
  }

  /** The number of a user's state (contract, "States and their numbers"). */
  stateOf(user: Openid): StateNumber {
    if (this.#pairs.has(user)) return this.#shown.has(user) ? stateNumbers.shown : stateNumbers.paired
    if (this.#waiting?.user === user) return stateNumbers.looking
    return this.#teasing.has(user) ? stateNumbers.teasing : stateNumbers.ordinary
  }

  partnerOf(user: Openid): Openid | undefined {
    return this.#pairs.get(user)?.members.find((member) => member !== user)
  }

  /** Time has come to `now`: searches and silent pairs have run out. */
  passTo(now: number): void {
    if (this.#waiting !== undefined && this.#waiting.deadlineMillis <= now) this.#waiting = undefined
    // A sweep ends a silent pair, a little later.
    for (const [user, { spokeAtMillis }] of this.#pairs)
      if (spokeAtMillis + this.#options.chatIdleTimeoutMillis < now) this.#leave(user)
  }

  act(user: Openid, input: Input, now: number): void {
    this.passTo(now)
    switch (input._tag) {
      case "Follow":
        return
      case "Unfollow":
        return this.#leave(user)
      case "Press":
        return this.#press(user, input.button, now)
      case "Say": {
        const command = input.text.startsWith("#") ? input.text.slice(1) : undefined
        if (command === undefined) return this.#say(user, now)
        if (isButton(command)) return this.#press(user, command, now)
        if (command === words.tease) this.#tease(user)
      }
    }
  }

  #press(user: Openid, button: Button, now: number): void {
    const state = this.stateOf(user)
    if (button === "退出") this.#leave(user)
    else if (button === "配对" && state === stateNumbers.paired) this.#shown.add(user)
    else if ((button === "配对" || button === "更换") && state !== stateNumbers.looking) this.#look(user, now)
  }

  #look(user: Openid, now: number): void {
    this.#leave(user)
    const partner = this.#waiting?.user
    if (partner === undefined) {
      this.#waiting = { user, deadlineMillis: now + this.#options.pairingTimeoutMillis }
      return
    }
    this.#waiting = undefined
    const pair: Pair = { members: [partner, user], spokeAtMillis: now }
    for (const member of pair.members) this.#pairs.set(member, pair)
  }

  #say(user: Openid, now: number): void {
    const pair = this.#pairs.get(user)
    if (pair === undefined) return
    pair.spokeAtMillis = now
    this.#shown.delete(user)
  }

  #tease(user: Openid): void {
    if (this.#teasing.delete(user) || this.stateOf(user) !== stateNumbers.ordinary) return
    this.#teasing.add(user)
  }

  /** Ends whatever a user is in, for the partner as well. */
  #leave(user: Openid): void {
    this.#teasing.delete(user)
    if (this.#waiting?.user === user) this.#waiting = undefined
    for (const member of this.#pairs.get(user)?.members ?? []) {
      this.#pairs.delete(member)
      this.#shown.delete(member)
    }
  }
}

/** What a world and the model say differently about users. */
export const disagreements = (
  world: World,
  model: ChatModel,
  users: ReadonlyArray<Openid>
): ReadonlyArray<Violation> => {
  const { now } = world.machine
  model.passTo(now)
  const chats = chatsOf(snapshot(world.store, now), now)
  return users.flatMap((user) => {
    const chat = chats.get(user)
    const inWorld = stateWith(
      chat === undefined ? stateNumbers.ordinary : stateNumber(chat),
      chat?._tag === "Paired" ? chat.partner : undefined
    )
    const inModel = stateWith(model.stateOf(user), model.partnerOf(user))
    return inWorld === inModel
      ? []
      : [
          {
            guarantee: "the world agrees with the model",
            facts: `${user} is ${inWorld}, and in the model ${inModel}`
          }
        ]
  })
}

const stateWith = (state: StateNumber, partner: Openid | undefined): string =>
  partner === undefined ? `in state ${state}` : `in state ${state} with ${partner}`

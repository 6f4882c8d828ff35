/** One chat in each state, and short ways to write events and commands. */
import type { Button } from "../../src/core/button.ts"
import type { Command } from "../../src/core/command.ts"
import { text } from "../../src/core/content.ts"
import type { ChatEvent } from "../../src/core/event.ts"
import { type Chat, ordinary } from "../../src/core/session.ts"
import { people, roomNames } from "../../src/testing/arbitraries.ts"

export const room = roomNames[0]!
export const otherRoom = roomNames[1]!
export const partner = people[1]!

export const looking: Chat = { _tag: "Looking", room }
export const paired: Chat = { _tag: "Paired", room, partner, sinceMillis: 5, shown: false }
export const shown: Chat = { ...paired, shown: true }
export const unseen: Chat = { ...paired, unseen: true }
export const teasing: Chat = { _tag: "Teasing" }
export const all: ReadonlyArray<Chat> = [ordinary, looking, paired, shown, teasing]

export const press = (button: Button): ChatEvent => ({ _tag: "Pressed", button })
export const say = (words: string): ChatEvent => ({ _tag: "Said", text: words })
export const said = (sentence: Extract<Command, { readonly _tag: "Reply" }>["sentence"]): Command => ({
  _tag: "Reply",
  sentence
})
export const look: Command = { _tag: "Look" }
export const leaveRoom = (why: "left" | "changed" | "unfollowed"): Command => ({
  _tag: "LeaveRoom",
  room,
  why
})
export const forgetTease: Command = { _tag: "ForgetTease" }
export const stopLooking: Command = { _tag: "StopLooking", room }
export const relay = (words: string): Command => ({ _tag: "Relay", room, to: partner, content: text(words) })

import { assert, describe, it } from "@effect/vitest"
import type { Command } from "../../src/core/command.ts"
import { step } from "../../src/core/conversation.ts"
import type { ChatEvent } from "../../src/core/event.ts"
import { type Chat, ordinary, stateNumber } from "../../src/core/session.ts"
import {
  forgetTease,
  leaveRoom,
  look,
  looking,
  otherRoom,
  paired,
  partner,
  press,
  relay,
  room,
  said,
  say,
  shown,
  stopLooking,
  teasing
} from "./chats-and-commands.ts"

describe("every cell of the contract's table", () => {
  type Cell = readonly [string, Chat, ChatEvent, 0 | 1 | 2 | 11 | 12, ReadonlyArray<Command>]
  const cells: ReadonlyArray<Cell> = [
    ["0 配对", ordinary, press("配对"), 1, [look]],
    ["0 状态", ordinary, press("状态"), 0, [said({ _tag: "StatusNotPaired" })]],
    ["0 更换", ordinary, press("更换"), 1, [look]],
    ["0 退出", ordinary, press("退出"), 0, [said({ _tag: "NothingToLeave" })]],
    ["0 text", ordinary, say("你好"), 0, [said({ _tag: "Hint" })]],
    ["1 配对", looking, press("配对"), 1, [{ _tag: "Look", room }]],
    ["1 状态", looking, press("状态"), 1, [said({ _tag: "Looking" })]],
    ["1 更换", looking, press("更换"), 1, [{ _tag: "Look", room }]],
    ["1 退出", looking, press("退出"), 0, [stopLooking, said({ _tag: "Left" })]],
    ["1 text", looking, say("你好"), 1, [{ _tag: "Look", room }]],
    ["11 配对", paired, press("配对"), 12, [{ _tag: "ShowPairing", room, sinceMillis: 5 }]],
    ["11 状态", paired, press("状态"), 11, [said({ _tag: "StatusPaired" })]],
    ["11 更换", paired, press("更换"), 1, [leaveRoom("changed"), look]],
    ["11 退出", paired, press("退出"), 0, [leaveRoom("left"), said({ _tag: "Left", pair: true })]],
    ["11 text", paired, say("你好"), 11, [relay("你好")]],
    ["12 配对", shown, press("配对"), 1, [leaveRoom("changed"), look]],
    ["12 状态", shown, press("状态"), 12, [said({ _tag: "StatusPaired" })]],
    ["12 更换", shown, press("更换"), 1, [leaveRoom("changed"), look]],
    ["12 退出", shown, press("退出"), 0, [leaveRoom("left"), said({ _tag: "Left", pair: true })]],
    ["12 text", shown, say("你好"), 11, [relay("你好")]],
    ["2 配对", teasing, press("配对"), 1, [forgetTease, look]],
    ["2 状态", teasing, press("状态"), 2, [said({ _tag: "StatusNotPaired", teasing: true })]],
    ["2 更换", teasing, press("更换"), 1, [forgetTease, look]],
    ["2 退出", teasing, press("退出"), 0, [forgetTease, said({ _tag: "LeftTease" })]],
    ["2 text", teasing, say("你好"), 2, [{ _tag: "Tease", text: "你好" }]]
  ]

  it.each(cells)("%s", (_name, chat, event, number, commands) => {
    const after = step(chat, event)
    assert.strictEqual(stateNumber(after.chat), number)
    assert.deepStrictEqual(after.commands, commands)
  })

  it("a look ends in 11 or in 1", () => {
    const found = step(looking, { _tag: "PartnerFound", room: otherRoom, partner, sinceMillis: 7 })
    assert.strictEqual(stateNumber(found.chat), 11)
    assert.deepStrictEqual(found.commands, [said({ _tag: "PairMade", room: otherRoom })])
    const nobody = step(looking, { _tag: "NobodyThere", room: otherRoom })
    assert.deepStrictEqual(nobody.chat, { _tag: "Looking", room: otherRoom })
    assert.deepStrictEqual(nobody.commands, [said({ _tag: "Looking" })])
  })
})

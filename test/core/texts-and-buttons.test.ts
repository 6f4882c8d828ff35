import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { buttons, isCampusButton } from "../../src/core/button.ts"
import { news } from "../../src/core/chat-news.ts"
import { Content } from "../../src/core/content.ts"
import { step } from "../../src/core/conversation.ts"
import { intentOf, words } from "../../src/core/intent.ts"
import { ordinary, stateNumber } from "../../src/core/session.ts"
import {
  all,
  leaveRoom,
  looking,
  paired,
  partner,
  press,
  relay,
  room,
  said,
  say,
  shown,
  teasing
} from "./chats-and-commands.ts"
import { anyChat, typed } from "../../src/testing/arbitraries.ts"

describe("#举报", () => {
  it("in a chat: the report first, then the end as by 退出; typed without a mark it is a line", () => {
    const { chat, commands } = step(paired, say("＃举报"))
    assert.deepStrictEqual(chat, ordinary)
    assert.deepStrictEqual(commands, [
      { _tag: "Report", room, about: partner },
      leaveRoom("left"),
      said({ _tag: "Reported" })
    ])
    const asLine = [relay("举报"), said({ _tag: "ReportWouldHave" })]
    assert.deepStrictEqual(step(paired, say("举报")).commands, asLine)
  })

  it.each([ordinary, teasing])(
    "outside of a chat it is about the last partner: %j stays as it is",
    (chat) => {
      assert.deepStrictEqual(step(chat, say("#举报")), { chat, commands: [{ _tag: "ReportLast" }] })
    }
  )

  it("who looks is listed anew after it, since the lobby knows whom they blocked before", () => {
    const { chat, commands } = step(looking, say("#举报"))
    assert.deepStrictEqual(chat, { _tag: "Looking" })
    assert.deepStrictEqual(
      commands.map(({ _tag }) => _tag),
      ["ReportLast", "StopLooking", "Look"]
    )
  })
})

describe("texts and buttons", () => {
  it.each(all)("every button works in state %j, and so does its name behind a #", (chat) => {
    for (const button of buttons) {
      const pressed = step(chat, press(button))
      assert.isNotEmpty(pressed.commands)
      for (const marked of [`#${button}`, `＃${button}`, ` # ${button} `]) {
        assert.deepStrictEqual(step(chat, say(marked)), pressed)
      }
      if (isCampusButton(button)) {
        assert.deepStrictEqual(pressed, { chat, commands: [{ _tag: "AskCampus", question: { button } }] })
      }
    }
  })

  it.prop("in the ordinary state a button's name is the button", [Schema.Literals(buttons)], ([button]) => {
    assert.deepStrictEqual(step(ordinary, say(`  ${button}\t`)), step(ordinary, press(button)))
  })

  it.prop("in a chat every text without a # goes on word for word", [typed], ([words]) => {
    const intent = intentOf(words)
    if (intent.marked && intent._tag !== "Plain") return
    const { chat, commands } = step(shown, say(words))
    assert.strictEqual(stateNumber(chat), 11)
    assert.deepStrictEqual(commands[0], relay(words))
    assert.deepStrictEqual(
      commands.slice(1),
      intent._tag === "Button" ? [said({ _tag: "ButtonWouldHave", button: intent.button })] : []
    )
  })

  it.prop(
    "in a chat 调戏 and 帮助 are words like any other",
    [Schema.Literals(["调戏", "帮助"])],
    ([word]) => {
      assert.deepStrictEqual(step(paired, say(word)).commands, [relay(word)])
    }
  )

  it.prop("in tease mode only 调戏 and #… are ours", [typed], ([words_]) => {
    const intent = intentOf(words_)
    const { commands } = step(teasing, say(words_))
    const forBot = commands.some(({ _tag }) => _tag === "Tease")
    assert.strictEqual(forBot, !intent.marked && intent._tag !== "Tease")
    if (forBot) assert.deepStrictEqual(commands, [{ _tag: "Tease", text: words_ }])
  })

  it.each(all)(
    "取消绑定 behind a # deletes the binding in state %j, and without it in the ordinary one",
    (chat) => {
      const marked = step(chat, say(`#${words.unbind}`))
      assert.deepStrictEqual(marked.commands.at(-1), { _tag: "Unbind" })
      assert.deepStrictEqual(step(ordinary, say(words.unbind)), {
        chat: ordinary,
        commands: [{ _tag: "Unbind" }]
      })
    }
  )

  it("调戏 goes in and out of tease mode", () => {
    const entered = step(ordinary, say(` ${words.tease} `))
    assert.strictEqual(stateNumber(entered.chat), 2)
    assert.deepStrictEqual(step(entered.chat, say(words.tease)).chat, ordinary)
  })

  it.prop("media go on in a chat as they are, and nowhere else", [anyChat, Content], ([chat, content]) => {
    const relays = step(chat, { _tag: "Sent", content }).commands.filter(({ _tag }) => _tag === "Relay")
    assert.deepStrictEqual(
      relays,
      chat._tag === "Paired" ? [{ _tag: "Relay", room: chat.room, to: chat.partner, content }] : []
    )
  })

  it.prop(
    "a sticker is explained and changes nothing",
    [Arbitrary.filter(anyChat, (chat) => news(chat) === undefined), Schema.Literals(["sticker", "unknown"])],
    ([chat, kind]) => {
      const after = step(chat, { _tag: "NotCarried", kind })
      assert.strictEqual(stateNumber(after.chat), stateNumber(chat))
      const outside = chat._tag === "Paired" ? {} : ({ outside: true } as const)
      assert.deepStrictEqual(after.commands, [said({ _tag: "NotCarried", kind, ...outside })])
    }
  )

  it.prop("words to somebody who is gone are not taken for a command", [typed], ([words_]) => {
    if (intentOf(words_).marked) return
    const after = step({ _tag: "Ordinary", farewell: "partnerLeft" }, say(words_))
    assert.deepStrictEqual(after, {
      chat: ordinary,
      commands: [said({ _tag: "PartnerLeft" }), said({ _tag: "NotSent" })]
    })
  })
})

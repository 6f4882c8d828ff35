import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { buttons, isCampusButton } from "../../src/core/button.ts"
import { intentOf } from "../../src/core/intent.ts"
import { byteLength, replyTextBytes } from "../../src/core/folding.ts"
import { reservedWords } from "../../src/core/reserved-words.ts"
import type { Sentence } from "../../src/core/sentence.ts"
import { reportKeptDays, RoomId } from "../../src/core/room.ts"
import { word } from "../../src/core/wording.ts"
import { campusAnswers } from "./campus-answers.ts"

const campusButtons = buttons.filter(isCampusButton)

/** Every sentence; the record fails to compile when one is missing. What users wrote themselves is left empty. */
const everySentence: {
  readonly [Tag in Sentence["_tag"]]: ReadonlyArray<Extract<Sentence, { readonly _tag: Tag }>>
} = {
  PairMade: [{ _tag: "PairMade", room: RoomId.make("room0001") }],
  Looking: [{ _tag: "Looking" }, { _tag: "Looking", askAgain: true }],
  SearchFailed: [{ _tag: "SearchFailed" }],
  StatusPaired: [{ _tag: "StatusPaired" }],
  StatusNotPaired: [{ _tag: "StatusNotPaired" }, { _tag: "StatusNotPaired", teasing: true }],
  PairingShown: [0, 1, 59, 60, 200].flatMap((minutes) => [
    { _tag: "PairingShown", minutes, since: "08:05", lines: 3 },
    { _tag: "PairingShown", minutes, since: "08:05" }
  ]),
  PartnerLeft: [{ _tag: "PartnerLeft" }],
  IdleEnded: [{ _tag: "IdleEnded" }],
  Left: [{ _tag: "Left" }, { _tag: "Left", pair: true }],
  NothingToLeave: [{ _tag: "NothingToLeave" }],
  NotSent: [{ _tag: "NotSent" }, { _tag: "NotSent", later: true }],
  Kept: [{ _tag: "Kept" }, { _tag: "Kept", later: true }],
  Unsure: [{ _tag: "Unsure" }, { _tag: "Unsure", later: true }],
  RefusedByWeChat: [{ _tag: "RefusedByWeChat" }, { _tag: "RefusedByWeChat", later: true }],
  Unsendable: [{ _tag: "Unsendable" }, { _tag: "Unsendable", later: true }],
  MailboxFull: [{ _tag: "MailboxFull" }],
  Remaining: [true, false].map((follow) => ({ _tag: "Remaining", lines: 12, follow })),
  ButtonWouldHave: buttons.map((button) => ({ _tag: "ButtonWouldHave", button })),
  NotCarried: [
    { _tag: "NotCarried", kind: "sticker" },
    { _tag: "NotCarried", kind: "unknown" },
    { _tag: "NotCarried", kind: "sticker", outside: true },
    { _tag: "NotCarried", kind: "unknown", outside: true }
  ],
  NoCampus: campusButtons.map((button) => ({ _tag: "NoCampus", button })),
  Campus: campusAnswers.map((answer) => ({ _tag: "Campus", answer })),
  Bound: [{ _tag: "Bound" }],
  Unbound: [{ _tag: "Unbound" }],
  NotBound: [{ _tag: "NotBound", link: "https://chat.example.edu/bind?link=abc" }],
  TeaseBegins: [{ _tag: "TeaseBegins" }],
  TeaseNotNow: [{ _tag: "TeaseNotNow" }],
  TeaseOnlyText: [{ _tag: "TeaseOnlyText" }],
  NoChatbot: [{ _tag: "NoChatbot" }],
  TeaseAnswer: [{ _tag: "TeaseAnswer", text: "你好" }],
  TeaseTooLong: [{ _tag: "TeaseTooLong", most: 100 }],
  ChatbotSilent: (["failed", "refused", "speechless", "busy"] as const).map((why) => ({
    _tag: "ChatbotSilent",
    why
  })),
  LeftTease: [{ _tag: "LeftTease" }],
  About: [{ _tag: "About" }],
  Welcome: [{ _tag: "Welcome" }],
  Help: (["Ordinary", "Looking", "Paired", "Teasing"] as const).map((state) => ({ _tag: "Help", state })),
  Hint: [{ _tag: "Hint" }],
  Busy: [{ _tag: "Busy" }],
  TooFast: [{ _tag: "TooFast" }],
  Filtered: [{ _tag: "Filtered" }],
  CommandLinkHeld: [{ _tag: "CommandLinkHeld" }],
  Reported: [{ _tag: "Reported" }, { _tag: "Reported", last: true }],
  ReportWouldHave: [{ _tag: "ReportWouldHave" }],
  ReportByMark: [{ _tag: "ReportByMark" }],
  NothingToReport: [{ _tag: "NothingToReport" }],
  StillWorking: [{ _tag: "StillWorking" }],
  Place: [
    { _tag: "Place", label: "", latitude: "31.2", longitude: "121.4" },
    { _tag: "Place", label: "图书馆", latitude: "31.2", longitude: "121.4" }
  ],
  SharedLink: [{ _tag: "SharedLink", title: "题", description: "", url: "https://example.org" }]
}
const sentences: ReadonlyArray<Sentence> = Object.values(everySentence).flat()

/** The only sentences that may contain a reserved word. */
const owners: Record<(typeof reservedWords)[number], ReadonlyArray<Sentence["_tag"]>> = {
  "已配对成功，可以开始聊天": ["PairMade"],
  正在配对: ["Looking"],
  "配对失败，请再次尝试": ["SearchFailed"],
  已配对: ["PairMade", "StatusPaired", "PairingShown"],
  未配对: ["StatusNotPaired"],
  对方已离开: ["PartnerLeft"],
  聊天已结束: ["IdleEnded"],
  已退出: ["Left", "LeftTease"],
  对方稍后收到: ["Kept"],
  未能送达: ["RefusedByWeChat"],
  尚未接入: ["NoCampus"]
}

describe("the words that people and tests look for", () => {
  it.each(reservedWords)("%s stands in its sentences and in no other", (words) => {
    for (const sentence of sentences) {
      assert.strictEqual(
        word(sentence).includes(words),
        owners[words].includes(sentence._tag),
        JSON.stringify(sentence)
      )
    }
  })

  it("the mention of 绑定 belongs to sentences about the binding button, and to the help that lists it", () => {
    for (const sentence of sentences) {
      if (!word(sentence).includes("绑定")) continue
      const listsButtons = sentence._tag === "Welcome" || sentence._tag === "Help"
      const named = "button" in sentence && sentence.button === "更新绑定信息"
      const aboutBinding = ["Bound", "Unbound", "NotBound"].includes(sentence._tag)
      const asksFor = sentence._tag === "Campus" && sentence.answer._tag.startsWith("Bind")
      assert.isTrue(listsButtons || named || asksFor || aboutBinding, JSON.stringify(sentence))
    }
  })

  it("beside 绑定 nothing can be touched but the way to bind a card", () => {
    for (const sentence of sentences) {
      const said = word(sentence)
      assert.isFalse(said.includes("绑定") && said.includes("weixin://"), JSON.stringify(sentence))
    }
  })

  it("what can be touched does what its label says, in every state", () => {
    const labels = sentences.flatMap((sentence) =>
      [...word(sentence).matchAll(/msgmenucontent=([^&"]+)&msgmenuid=\d+">([^<]*)</gu)].map(
        ([, content = "", label = ""]) => ({ command: decodeURIComponent(content), label })
      )
    )
    assert.isAbove(labels.length, 20)
    for (const { command, label } of labels) {
      assert.notStrictEqual(intentOf(command)._tag, "Plain", command)
      if (label !== "这里") assert.isTrue(command.startsWith(label.replace("#", "")), `${label}: ${command}`)
    }
  })

  it.prop(
    "every sentence fits one message and says something",
    [Schema.Literals(sentences.map((_, index) => index))],
    ([index]) => {
      const said = word(sentences[index] ?? { _tag: "Hint" })
      assert.notStrictEqual(said.trim(), "")
      assert.isAtMost(byteLength(said), replyTextBytes)
    }
  )

  it("the pair shown says since when, how many lines, and that asking again re-pairs", () => {
    const said = word({ _tag: "PairingShown", minutes: 61, since: "08:05", lines: 3 })
    for (const part of ["08:05", "1 小时 1 分钟", "3 句", "再按一次"]) assert.include(said, part)
  })

  it("the help of the ordinary state lists every button", () => {
    for (const button of buttons) assert.include(word({ _tag: "Help", state: "Ordinary" }), button)
    assert.include(word({ _tag: "Welcome" }), word({ _tag: "Help", state: "Ordinary" }))
  })

  it("a new follower reads first how to find somebody", () => {
    const [first = ""] = word({ _tag: "Welcome" }).split("\n")
    assert.include(first, "配对")
  })

  it("in tease mode the status says how to end it, and outside a chat nothing is called not sent", () => {
    assert.include(word({ _tag: "StatusNotPaired", teasing: true }), "调戏")
    for (const kind of ["sticker", "unknown"] as const) {
      assert.notInclude(word({ _tag: "NotCarried", kind, outside: true }), "没有发出去")
    }
  })

  it("says for how long a report is kept", () => {
    assert.include(word({ _tag: "Reported" }), `${reportKeptDays} 天`)
  })

  it("in a chat the help says how to leave without a menu", () => {
    assert.include(word({ _tag: "Help", state: "Paired" }), "#退出")
  })
})

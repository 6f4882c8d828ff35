/** The page `docs/transitions.md`, written by asking the state machine. */
import type { Command } from "../../src/core/command.ts"
import { step } from "../../src/core/conversation.ts"
import type { ChatEvent } from "../../src/core/event.ts"
import type { Openid } from "../../src/core/openid.ts"
import type { RoomId } from "../../src/core/room.ts"
import { type Chat, farewells, ordinary, type StateNumber, stateNumber } from "../../src/core/session.ts"
import { transition } from "../../src/core/transitions.ts"
import { word } from "../../src/core/wording.ts"

const room = "theroom1" as RoomId
const newRoom = "newroom1" as RoomId
const partner = "thepartner" as Openid
const paired: Chat = { _tag: "Paired", room, partner, sinceMillis: 0, shown: false }

const states: ReadonlyArray<readonly [name: string, chat: Chat]> = [
  ["ordinary", ordinary],
  ["looking for a partner", { _tag: "Looking", room }],
  ["paired", paired],
  ["paired, the pairing has been shown", { ...paired, shown: true }],
  ["tease mode", { _tag: "Teasing" }]
]

const press = (button: Extract<ChatEvent, { readonly _tag: "Pressed" }>["button"]): ChatEvent => ({
  _tag: "Pressed",
  button
})
const say = (text: string): ChatEvent => ({ _tag: "Said", text })

const events: ReadonlyArray<readonly [name: string, event: ChatEvent]> = [
  ["button 配对", press("配对")],
  ["button 状态", press("状态")],
  ["button 更换", press("更换")],
  ["button 退出", press("退出")],
  ["button 关于", press("关于")],
  ["button 今天课表, as every campus button", press("今天课表")],
  ["text `你好`", say("你好")],
  ["text `退出`, a button's name", say("退出")],
  ["text `#退出`", say("#退出")],
  ["text `调戏`", say("调戏")],
  ["text `#调戏`", say("#调戏")],
  ["text `帮助`", say("帮助")],
  ["text `#帮助`", say("#帮助")],
  ["picture", { _tag: "Sent", content: { _tag: "Image", mediaId: "m" } }],
  ["sticker", { _tag: "NotCarried", kind: "sticker" }],
  ["follows the account", { _tag: "Followed" }],
  ["unfollows the account", { _tag: "Unfollowed" }]
]

const described = (command: Command): string => {
  switch (command._tag) {
    case "Reply":
      return `Reply ${command.sentence._tag}`
    case "LeaveRoom":
      return `LeaveRoom (${command.why})`
    case "Look":
      return command.room === undefined ? "Look" : "Look (from their room)"
    default:
      return command._tag
  }
}

const outcome = (chat: Chat, event: ChatEvent) => {
  const { chat: next, commands } = step(chat, event)
  const after = commands.some(({ _tag }) => _tag === "Look") ? "1, or 11" : String(stateNumber(next))
  return { after, commands: commands.map(described).join(", ") }
}

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")

const overview = (): string =>
  table(
    ["state", ...events.slice(0, 4).map(([name]) => name), "text `你好`"],
    states.map(([, chat]) => [
      String(stateNumber(chat)),
      ...[...events.slice(0, 4).map(([, event]) => event), say("你好")].map((event) => {
        const { after, commands } = outcome(chat, event)
        return `→ ${after}: ${commands}`
      })
    ])
  )

const stateSection = ([name, chat]: (typeof states)[number]): string =>
  [
    `## ${stateNumber(chat)}: ${name}`,
    table(
      ["event", "next", "commands, in order"],
      events.map(([event, what]) => {
        const { after, commands } = outcome(chat, what)
        return [event, after, commands]
      })
    )
  ].join("\n\n")

const lookSection = (): string => {
  const looking: Chat = { _tag: "Looking" }
  const found: ChatEvent = { _tag: "PartnerFound", room: newRoom, partner, sinceMillis: 0 }
  const nobody: ChatEvent = { _tag: "NobodyThere", room: newRoom }
  const row = (name: string, event: ChatEvent) => {
    const { after, commands } = outcome(looking, event)
    return [name, after, commands]
  }
  return table(
    ["a look came out as", "next", "commands"],
    [row("PartnerFound", found), row("NobodyThere", nobody)]
  )
}

const newsSection = (): string => {
  const carriers: ReadonlyArray<readonly [string, Chat]> = [
    ...farewells.map((farewell): readonly [string, Chat] => [
      `0, farewell \`${farewell}\``,
      { _tag: "Ordinary", farewell }
    ]),
    ["11, the pair not yet seen", { ...paired, unseen: true }]
  ]
  const asked = [press("配对"), press("状态"), press("更换"), press("退出"), say("你好")]
  return table(
    ["state with news", "配对", "状态", "更换", "退出", "text `你好`"],
    carriers.map(([name, chat]) => [
      name,
      ...asked.map((event) => {
        const { after, commands } = outcome(chat, event)
        return `→ ${after}: ${commands}`
      })
    ])
  )
}

const numbers = [0, 1, 2, 11, 12] as const satisfies ReadonlyArray<StateNumber>

const waysSection = (): string =>
  table(
    ["from \\ to", ...numbers.map(String)],
    numbers.map((from) => [
      String(from),
      ...numbers.map((to) => {
        const way = transition(from, to)
        if (way === undefined) return "refused"
        if (way._tag === "Quiet") return from === to ? "nothing to do" : "quietly"
        const { event } = way
        return event._tag === "Pressed" ? event.button : event._tag === "Said" ? event.text : event._tag
      })
    ])
  )

const sentencesSection = (): string =>
  table(
    ["sentence", "words"],
    (
      [
        "PairMade",
        "Looking",
        "SearchFailed",
        "StatusPaired",
        "StatusNotPaired",
        "PartnerLeft",
        "IdleEnded",
        "Left",
        "NothingToLeave",
        "NotSent",
        "Hint",
        "TeaseBegins",
        "TeaseNotNow",
        "TeaseOnlyText",
        "LeftTease"
      ] as const
    ).map((_tag) => [_tag, word({ _tag }).replaceAll(/<a [^>]*>([^<]*)<\/a>/gu, "$1")])
  )

/** The whole page. */
export const transitionsPage = (): string =>
  [
    "# The transitions",
    `Every row on this page is what \`step\` in \`src/core/conversation.ts\` answers; a test compares the page with it. After a change on
purpose, write it anew:`,
    "```\nnpx vitest run --config test/vitest.config.ts test/core/transitions.test.ts -u\n```",
    `Numbers are those of the contract. "1, or 11" means that the step looks for a partner: the look ends in 11 when somebody is
there and in 1 when nobody is.`,
    "## The contract's table",
    overview(),
    ...states.map(stateSection),
    "## How a look comes out",
    lookSection(),
    "## News that was not told yet",
    `A room may end, or become a pair, while its member does nothing. Whoever steps from such a state is told first, once; who asks
to look again is not told that the last search is over, and who leaves a pair not yet seen is not told of it. Whoever is told by push
before they act has no news any more.`,
    newsSection(),
    "## ChangeStatus",
    "Which event leads from one number to another. A refused one fails with `TransitionRefused`.",
    waysSection(),
    "## Sentences",
    sentencesSection(),
    ""
  ].join("\n\n")

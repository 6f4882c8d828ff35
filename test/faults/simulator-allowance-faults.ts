import { simulated, type PlantedFault } from "./planted-fault.ts"

const pushes = "protocol/6-customer-messages"

/** Against who may push, how often, and the typing signal (protocol notes 6, 6.1, 6.3). */
export const simulatorAllowanceFaults: ReadonlyArray<PlantedFault> = [
  simulated(
    "notes 6",
    "an unverified account may push",
    ["account-kind.ts", "unverified: { mayPush: false", "unverified: { mayPush: true"],
    [pushes, "a unverified account gets 48001"]
  ),
  simulated(
    "notes 6",
    "a personal account may push",
    ["account-kind.ts", "personal: { mayPush: false", "personal: { mayPush: true"],
    [pushes, "a personal account gets 48001"]
  ),
  simulated(
    "notes 6",
    "a test account may not push",
    ["account-kind.ts", "test: { mayPush: true", "test: { mayPush: false"],
    [pushes, "a test account gets 0"]
  ),
  simulated(
    "notes 6",
    "every account may show that it types",
    [
      "account-kind.ts",
      'path.startsWith("/cgi-bin/message/custom/")',
      'path === "/cgi-bin/message/custom/send"'
    ],
    [pushes, "a personal account gets 48001"]
  ),
  simulated(
    "notes 6.1",
    "a message gives twenty pushes, as before June 2023",
    ["allowance.ts", "message: { pushes: 5,", "message: { pushes: 20,"],
    [pushes, "user sends a message: 5, 48 h"]
  ),
  simulated(
    "notes 6.1",
    "a message's window is a day",
    ["allowance.ts", "windowMillis: 48 * hourMillis", "windowMillis: 24 * hourMillis"],
    [pushes, "user sends a message: 5, 48 h"]
  ),
  simulated(
    "notes 6.1",
    "a message's window is three days",
    ["allowance.ts", "windowMillis: 48 * hourMillis", "windowMillis: 72 * hourMillis"],
    [pushes, "user sends a message: 5, 48 h"]
  ),
  simulated(
    "notes 6.1",
    "a click gives five pushes",
    ["allowance.ts", "click: { pushes: 3,", "click: { pushes: 5,"],
    [pushes, "clicks a menu button of type click: 3, 1 min"]
  ),
  simulated(
    "notes 6.1",
    "a click's window is two minutes",
    [
      "allowance.ts",
      "click: { pushes: 3, windowMillis: minuteMillis }",
      "click: { pushes: 3, windowMillis: 2 * minuteMillis }"
    ],
    [pushes, "clicks a menu button of type click: 3, 1 min"]
  ),
  simulated(
    "notes 6.1",
    "a click's window is half a minute",
    [
      "allowance.ts",
      "click: { pushes: 3, windowMillis: minuteMillis }",
      "click: { pushes: 3, windowMillis: minuteMillis / 2 }"
    ],
    [pushes, "scancode_waitmsg: 3, 1 min"]
  ),
  simulated(
    "notes 6.1",
    "a scanned code gives two pushes",
    ["allowance.ts", "scan: { pushes: 3,", "scan: { pushes: 2,"],
    [pushes, "scans a (parametric) QR: 3, 1 min"]
  ),
  simulated(
    "notes 6.1",
    "a scanned code's window is two minutes",
    [
      "allowance.ts",
      "scan: { pushes: 3, windowMillis: minuteMillis }",
      "scan: { pushes: 3, windowMillis: 2 * minuteMillis }"
    ],
    [pushes, "scans a (parametric) QR: 3, 1 min"]
  ),
  simulated(
    "notes 6.1",
    "who follows gives two pushes",
    ["allowance.ts", "follow: { pushes: 3,", "follow: { pushes: 2,"],
    [pushes, "follows the account: 3, 1 min"]
  ),
  simulated(
    "notes 6.1",
    "who follows gives a window of two minutes",
    [
      "allowance.ts",
      "follow: { pushes: 3, windowMillis: minuteMillis }",
      "follow: { pushes: 3, windowMillis: 2 * minuteMillis }"
    ],
    [pushes, "follows the account: 3, 1 min"]
  ),
  simulated(
    "notes 6.1",
    "an item of a message menu counts as a message",
    ["act-meaning.ts", 'trigger: act.menuId === undefined ? "message" : "click"', 'trigger: "message"'],
    [pushes, "clicking a msgmenu item counts as the menu trigger"]
  ),
  simulated(
    "notes 6.1",
    "a button that opens a page opens the window",
    [
      "act-meaning.ts",
      '["EventKey", act.url],\n          ["MenuId", menuId]\n        ]),\n',
      '["EventKey", act.url],\n          ["MenuId", menuId]\n        ]),\n        trigger: "click",\n'
    ],
    [pushes, "a button that opens a page: nothing"]
  ),
  simulated(
    "notes 6.1",
    "every event opens the window",
    ["act-meaning.ts", "  trigger: undefined,\n", '  trigger: "click",\n'],
    [pushes, "reporting its place: nothing"]
  ),
  simulated(
    "notes 6.1",
    "counts add up",
    [
      "platform.ts",
      "allowance: grant(trigger, nowMillis)",
      "allowance: { ...grant(trigger, nowMillis), left: old.allowance.left + grant(trigger, nowMillis).left }"
    ],
    [pushes, "counts do not add up"]
  ),
  simulated(
    "notes 6.1",
    "a click leaves the larger count of a message",
    [
      "platform.ts",
      "allowance: grant(trigger, nowMillis)",
      "allowance: { ...grant(trigger, nowMillis), left: Math.max(old.allowance.left, grant(trigger, nowMillis).left) }"
    ],
    [pushes, "counts do not add up"]
  ),
  simulated(
    "notes 6.1",
    "the day's cap is 50,000 pushes",
    [
      "account-kind.ts",
      '"/cgi-bin/message/custom/send": 500_000,',
      '"/cgi-bin/message/custom/send": 50_000,'
    ],
    [pushes, "daily cap 500 000, test account 50 000"]
  ),
  simulated(
    "notes 6.3",
    "typing needs an exchange in the last minute",
    [
      "account-side.ts",
      "typingNeedsExchangeWithinMillis = 30_000",
      "typingNeedsExchangeWithinMillis = 60_000"
    ],
    [pushes, "needs an exchange in the last 30 s"]
  ),
  simulated(
    "notes 6.3",
    "typing needs an exchange in the last 20 s",
    [
      "account-side.ts",
      "typingNeedsExchangeWithinMillis = 30_000",
      "typingNeedsExchangeWithinMillis = 20_000"
    ],
    [pushes, "needs an exchange in the last 30 s"]
  ),
  simulated(
    "notes 6.3",
    "typing is seen for 10 s",
    ["account-side.ts", "typingShownMillis = 15_000", "typingShownMillis = 10_000"],
    [pushes, "lasts 15 s, repeat 45081"]
  ),
  simulated(
    "notes 6.3",
    "typing is seen for 20 s",
    ["account-side.ts", "typingShownMillis = 15_000", "typingShownMillis = 20_000"],
    [pushes, "lasts 15 s, repeat 45081"]
  ),
  simulated(
    "notes 6.3",
    "typing may be repeated",
    [
      "account-side.ts",
      'if (phone.typingUntilMillis > nowMillis) return yield* refuse("typingAlready")\n',
      ""
    ],
    [pushes, "lasts 15 s, repeat 45081"]
  ),
  simulated(
    "notes 6.3",
    "any command of typing is taken",
    ["account-side.ts", 'if (command !== "Typing") return yield* refuse("typingCommandInvalid")\n', ""],
    [pushes, "bad command 45072"]
  ),
  simulated(
    "notes 6.3",
    "typing goes on when the message is there",
    [
      "phone-book.ts",
      "({ ...old, typingUntilMillis: 0, lastExchangeMillis: nowMillis })",
      "({ ...old, lastExchangeMillis: nowMillis })"
    ],
    [pushes, "ends when a message is sent"]
  ),
  simulated(
    "notes 6.3",
    "CancelTyping does nothing",
    ["account-side.ts", "book.update(openid, (old) => ({ ...old, typingUntilMillis: 0 }))\n", ""],
    [pushes, "ends when a message is sent"]
  )
]

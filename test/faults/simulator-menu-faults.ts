import { simulated, type PlantedFault } from "./planted-fault.ts"

const menus = "protocol/7-menu"
const eachLimit = [menus, "each limit has its errcode"] as const

/** Against the menu and its limits (protocol notes 7). */
export const simulatorMenuFaults: ReadonlyArray<PlantedFault> = [
  simulated(
    "notes 7",
    "four top buttons pass",
    ["menu.ts", "const maxTopButtons = 3", "const maxTopButtons = 4"],
    eachLimit
  ),
  simulated(
    "notes 7",
    "six sub-buttons pass",
    ["menu.ts", "const maxSubButtons = 5", "const maxSubButtons = 6"],
    eachLimit
  ),
  simulated(
    "notes 7",
    "four sub-buttons are too many",
    ["menu.ts", "const maxSubButtons = 5", "const maxSubButtons = 4"],
    eachLimit
  ),
  simulated(
    "notes 7",
    "a top button's name may have 18 bytes",
    ["menu.ts", "const maxTopNameBytes = 16", "const maxTopNameBytes = 18"],
    eachLimit
  ),
  simulated(
    "notes 7",
    "a sub-button's name may have 61 bytes",
    ["menu.ts", "const maxSubNameBytes = 60", "const maxSubNameBytes = 61"],
    eachLimit
  ),
  simulated(
    "notes 7",
    "a sub-button's name may have 40 bytes",
    ["menu.ts", "const maxSubNameBytes = 60", "const maxSubNameBytes = 40"],
    eachLimit
  ),
  simulated(
    "notes 7",
    "a key may have 129 bytes",
    ["menu.ts", "const maxKeyBytes = 128", "const maxKeyBytes = 129"],
    eachLimit
  ),
  simulated(
    "notes 7",
    "an address may have 1,025 bytes",
    ["menu.ts", "const maxUrlBytes = 1024", "const maxUrlBytes = 1025"],
    eachLimit
  ),
  simulated(
    "notes 7",
    "an address may have 1,000 bytes",
    ["menu.ts", "const maxUrlBytes = 1024", "const maxUrlBytes = 1000"],
    eachLimit
  ),
  simulated(
    "notes 7",
    "a button with sub-buttons may have a type",
    ["menu.ts", 'if (top.type !== undefined) return "menuButtonType"\n', ""],
    eachLimit
  ),
  simulated(
    "notes 7",
    "a button may open any address",
    ["menu.ts", "/^https?:\\/\\/[^/]/i", "/^/"],
    eachLimit
  ),
  simulated(
    "notes 7",
    "a button may have any type",
    ["menu.ts", 'otherTypes.has(type) ? undefined : "menuButtonType"', "undefined"],
    eachLimit
  ),
  simulated(
    "notes 7",
    "a button may not scan codes",
    ["menu.ts", '  "scancode_waitmsg",\n', ""],
    [menus, "types: click, view, scancode_push"]
  ),
  simulated(
    "notes 7",
    "a menu that is not there is empty",
    [
      "account-side.ts",
      'menu === null ? Effect.fail(refuse("noMenu")) : Effect.succeed(menu)',
      "Effect.succeed(menu ?? { button: [] })"
    ],
    [menus, "46003 where there is none"]
  ),
  simulated(
    "notes 7",
    "get_current_selfmenu_info has no list",
    ["menu.ts", "{ ...top, sub_button: { list: subs } }", "{ ...top, sub_button: subs }"],
    [menus, "46003 where there is none"]
  ),
  simulated(
    "notes 7",
    "a test account may create 1,000 menus a day",
    ["account-kind.ts", '"/cgi-bin/menu/create": 100,', '"/cgi-bin/menu/create": 1000,'],
    [menus, "quotas/day: 1000 create"]
  ),
  simulated(
    "notes 7",
    "the day's count is never used up",
    ["call-counts.ts", "countOf(path) >= mostToday", "countOf(path) > mostToday"],
    [menus, "quotas/day: 1000 create"]
  ),
  simulated(
    "notes 7",
    "a personal account may have a menu",
    [
      "account-kind.ts",
      "personal: { mayPush: false, mayHaveMenu: false",
      "personal: { mayPush: false, mayHaveMenu: true"
    ],
    [menus, "right to use: service accounts"]
  ),
  simulated(
    "notes 7",
    "a menu with escapes passes",
    ["api-endpoints.ts", 'if (hasEscapes(body)) return yield* refuse("escapesInvalid")\n', ""],
    [menus, "40033 escapes"]
  )
]

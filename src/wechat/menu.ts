/** The custom menu as WeChat's API speaks of it (protocol notes 7): ours, its limits, and how another differs from it. */
import { Option, Schema } from "effect"
import { menuLayout } from "../core/button.ts"

const Leaf = Schema.Struct({
  type: Schema.String,
  name: Schema.String,
  key: Schema.optionalKey(Schema.String),
  url: Schema.optionalKey(Schema.String)
})

const Top = Schema.Struct({
  name: Schema.String,
  type: Schema.optionalKey(Schema.String),
  key: Schema.optionalKey(Schema.String),
  url: Schema.optionalKey(Schema.String),
  sub_button: Schema.optionalKey(Schema.Array(Leaf))
})

export const Menu = Schema.Struct({ button: Schema.Array(Top) })

/** The body of `/cgi-bin/menu/create`. */
export type Menu = typeof Menu.Type

/** The menu of the contract: every sub-button sends a click whose key is its label. */
export const ourMenu: Menu = {
  button: menuLayout.map(({ name, buttons }) => ({
    name,
    sub_button: buttons.map((label) => ({ type: "click", name: label, key: label }))
  }))
}

/** What WeChat would refuse about a menu, one sentence each; empty when it is fine. */
export const menuProblems = (menu: Menu): ReadonlyArray<string> => [
  ...countProblem("the menu", menu.button.length, mostTopButtons),
  ...menu.button.flatMap((top) => {
    const subs = top.sub_button ?? []
    const isLeaf = top.type !== undefined
    return [
      ...sizeProblem(`the name of ${top.name}`, top.name, topNameBytes, 1),
      ...(isLeaf && subs.length > 0 ? [`${top.name} has both a type and sub-buttons`] : []),
      ...(isLeaf ? leafProblems(top) : countProblem(top.name, subs.length, mostSubButtons)),
      ...subs.flatMap((sub) => [
        ...sizeProblem(`the name of ${sub.name}`, sub.name, subNameBytes, 1),
        ...leafProblems(sub)
      ])
    ]
  })
]

/** Lines for people: what the live menu has that ours has not, and the other way round; empty when nothing differs. */
export const menuDifferences = (ours: Menu, live: Menu): ReadonlyArray<string> => {
  const [wanted, found] = [described(ours), described(live)]
  const lines = [
    ...wanted.filter((line) => !found.includes(line)).map((line) => `missing: ${line}`),
    ...found.filter((line) => !wanted.includes(line)).map((line) => `not ours: ${line}`)
  ]
  const sameOrder = wanted.length === found.length && wanted.every((line, index) => line === found[index])
  return lines.length > 0 || sameOrder ? lines : ["the same buttons in another order"]
}

/** Reads the answer of `/cgi-bin/menu/get`; empty when it is none. */
export const menuFromAnswer = (answer: unknown): Option.Option<Menu> =>
  Option.map(decodeAnswer(answer), ({ menu }) => menu)

/** 1 to 3 at the top, 1 to 5 below each (errcode 40016). */
const mostTopButtons = 3
const mostSubButtons = 5
/** Errcodes 40018 and 40025; about 4 and 8 characters are shown. */
const topNameBytes = 16
const subNameBytes = 60
/** Errcode 40019. */
const keyBytes = 128
/** Errcode 40020. */
const urlBytes = 1_024

/** The types that send an event with a key, and those that open a page. Other types need materials, of which we have none. */
const keyTypes: ReadonlySet<string> = new Set([
  "click",
  "scancode_push",
  "scancode_waitmsg",
  "pic_sysphoto",
  "pic_photo_or_album",
  "pic_weixin",
  "location_select"
])

const decodeAnswer = Schema.decodeUnknownOption(Schema.Struct({ menu: Menu }))

const countProblem = (what: string, count: number, most: number): ReadonlyArray<string> =>
  count >= 1 && count <= most ? [] : [`${what} has ${count} buttons, and may have 1 to ${most}`]

const sizeProblem = (what: string, text: string, most: number, least: number): ReadonlyArray<string> => {
  const bytes = Buffer.byteLength(text)
  return bytes >= least && bytes <= most
    ? []
    : [`${what} has ${bytes} bytes, and may have ${least} to ${most}`]
}

const leafProblems = (
  leaf: Pick<typeof Top.Type, "type" | "name" | "key" | "url">
): ReadonlyArray<string> => {
  const type = leaf.type ?? ""
  if (keyTypes.has(type)) return sizeProblem(`the key of ${leaf.name}`, leaf.key ?? "", keyBytes, 1)
  if (type === "view") return sizeProblem(`the url of ${leaf.name}`, leaf.url ?? "", urlBytes, 1)
  return [`${leaf.name} has the type ${type === "" ? "none" : type}, which is not one we use`]
}

/** One line per button, with what pressing it does; WeChat adds an empty `sub_button` to each leaf. */
const described = (menu: Menu): ReadonlyArray<string> =>
  menu.button.flatMap((top) => {
    const subs = top.sub_button ?? []
    if (subs.length === 0) return [describedLeaf(top.name, top)]
    return subs.map((sub) => describedLeaf(`${top.name} · ${sub.name}`, sub))
  })

const describedLeaf = (place: string, leaf: Pick<typeof Top.Type, "type" | "key" | "url">): string =>
  `${place} (${[leaf.type ?? "no type", leaf.key ?? leaf.url].filter((part) => part !== undefined).join(" ")})`

import { Result, Schema } from "effect"
import type { ErrcodeName } from "../wechat/errcodes.ts"
import { refuse, type ApiRefusal } from "./errcode.ts"

/** A button as `/cgi-bin/menu/create` takes it; a top button with `sub_button` has no `type` (protocol notes 7). */
export interface MenuButton {
  readonly name: string
  readonly type?: string
  readonly key?: string
  readonly url?: string
  readonly pagepath?: string
  readonly sub_button?: ReadonlyArray<MenuButton>
}

export interface Menu {
  readonly button: ReadonlyArray<MenuButton>
}

const Button = Schema.Struct({
  name: Schema.String,
  type: Schema.optionalKey(Schema.String),
  key: Schema.optionalKey(Schema.String),
  url: Schema.optionalKey(Schema.String),
  media_id: Schema.optionalKey(Schema.String),
  article_id: Schema.optionalKey(Schema.String),
  appid: Schema.optionalKey(Schema.String),
  pagepath: Schema.optionalKey(Schema.String)
})

/** The body of `/cgi-bin/menu/create`; its sizes are checked by `checkMenu`. */
export const MenuBody = Schema.Struct({
  button: Schema.Array(
    Schema.Struct({ ...Button.fields, sub_button: Schema.optionalKey(Schema.Array(Button)) })
  )
})

/** Sizes of protocol notes 7. */
const maxTopButtons = 3
const maxSubButtons = 5
const maxTopNameBytes = 16
const maxSubNameBytes = 60
const maxKeyBytes = 128
const maxUrlBytes = 1024

const keyTypes: ReadonlySet<string> = new Set([
  "click",
  "scancode_push",
  "scancode_waitmsg",
  "pic_sysphoto",
  "pic_photo_or_album",
  "pic_weixin",
  "location_select"
])
const urlTypes: ReadonlySet<string> = new Set(["view", "miniprogram"])
const otherTypes: ReadonlySet<string> = new Set([
  "media_id",
  "view_limited",
  "article_id",
  "article_view_limited"
])

/** The menu if WeChat would take it, else the errcode of the first thing that is wrong (notes 7). */
export const checkMenu = (menu: Menu): Result.Result<Menu, ApiRefusal> => {
  const problem = menuProblem(menu)
  return problem === undefined ? Result.succeed(menu) : Result.fail(refuse(problem))
}

const menuProblem = (menu: Menu): ErrcodeName | undefined => {
  if (menu.button.length < 1 || menu.button.length > maxTopButtons) return "menuButtonCount"
  return firstProblem(menu.button, topProblem)
}

const topProblem = (top: MenuButton): ErrcodeName | undefined => {
  if (!fits(top.name, maxTopNameBytes)) return "menuNameSize"
  const subs = top.sub_button ?? []
  if (subs.length === 0) return actionProblem(top, "menuUrlHost")
  if (top.type !== undefined) return "menuButtonType"
  if (subs.length > maxSubButtons) return "subMenuButtonCount"
  return firstProblem(subs, (sub) =>
    fits(sub.name, maxSubNameBytes) ? actionProblem(sub, "subMenuUrlHost") : "subMenuNameSize"
  )
}

/** `badAddress`: the errcode for an address without http or https. */
const actionProblem = (button: MenuButton, badAddress: ErrcodeName): ErrcodeName | undefined => {
  const type = button.type ?? ""
  if (keyTypes.has(type)) return fits(button.key, maxKeyBytes) ? undefined : "menuKeySize"
  if (urlTypes.has(type)) {
    if (!fits(button.url, maxUrlBytes)) return "menuUrlSize"
    return /^https?:\/\/[^/]/i.test(button.url ?? "") ? undefined : badAddress
  }
  return otherTypes.has(type) ? undefined : "menuButtonType"
}

const fits = (text: string | undefined, maxBytes: number): boolean =>
  text !== undefined && text !== "" && Buffer.byteLength(text) <= maxBytes

const firstProblem = (
  buttons: ReadonlyArray<MenuButton>,
  problemOf: (button: MenuButton) => ErrcodeName | undefined
): ErrcodeName | undefined => {
  for (const button of buttons) {
    const problem = problemOf(button)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** As `get_current_selfmenu_info` shows it: sub-buttons in a `list`. */
export const selfMenuInfo = (menu: Menu) => ({
  button: menu.button.map(({ sub_button: subs, ...top }) =>
    subs === undefined ? top : { ...top, sub_button: { list: subs } }
  )
})

/** @import { MenuButton } from "../menu.ts" */
/** @import { PhoneAct } from "../phone-act.ts" */

const keyed = /** @type {const} */ ([
  "click",
  "scancode_push",
  "scancode_waitmsg",
  "pic_sysphoto",
  "pic_photo_or_album",
  "pic_weixin",
  "location_select"
])

/**
 * What pressing a menu button makes WeChat tell the account; undefined for those that show material without telling.
 * @param {MenuButton} button
 * @returns {PhoneAct | undefined}
 */
export const actOfButton = (button) => {
  const key = button.key ?? ""
  const type = keyed.find((one) => one === button.type)
  if (type === "click") return { act: "press", key }
  if (type !== undefined) return { act: "press", key, type }
  if (button.type === "view") return { act: "view", url: button.url ?? "" }
  return button.type === "miniprogram" ? { act: "miniprogram", page: button.pagepath ?? "" } : undefined
}

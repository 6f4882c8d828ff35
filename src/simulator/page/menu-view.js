/** @import { Menu, MenuButton } from "../menu.ts" */
import { element } from "./element.js"

/**
 * The account's menu as it was pushed; `null` before that. `press(button)` answers a click.
 * @param {Menu | null} menu
 * @param {(button: MenuButton) => void} press
 */
export const menuView = (menu, press) => (menu === null ? [] : menu.button.map((top) => topView(top, press)))

/**
 * A button that opens a panel of buttons above it; arrows move in it, Escape and leaving close it.
 * @param {Record<string, string>} attributes
 * @param {string} label
 * @param {ReadonlyArray<{ name: string, choose: () => void }>} items
 */
export const panelButton = (attributes, label, items) => {
  const panel = element("div", { class: "panel", role: "menu", hidden: true })
  const opener = element(
    "button",
    { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", ...attributes },
    label
  )
  /** @param {boolean} opened */
  const open = (opened) => {
    panel.hidden = !opened
    opener.setAttribute("aria-expanded", String(opened))
  }
  const buttons = items.map(({ name, choose }) =>
    element(
      "button",
      {
        type: "button",
        role: "menuitem",
        onclick: () => {
          open(false)
          opener.focus()
          choose()
        }
      },
      name
    )
  )
  panel.append(...buttons)
  opener.addEventListener("click", () => open(panel.hidden === true))
  const holder = element("div", {}, opener, panel)
  holder.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel.hidden === false) {
      open(false)
      opener.focus()
    }
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return
    event.preventDefault()
    const step = event.key === "ArrowUp" ? -1 : 1
    const at = panel.hidden ? -1 : buttons.findIndex((button) => button === document.activeElement)
    open(true)
    buttons.at(at === -1 ? (step === 1 ? 0 : -1) : (at + step) % buttons.length)?.focus()
  })
  holder.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node && holder.contains(event.relatedTarget))) open(false)
  })
  return holder
}

/**
 * @param {MenuButton} top
 * @param {(button: MenuButton) => void} press
 */
const topView = (top, press) => {
  const subs = top.sub_button ?? []
  if (subs.length > 0) {
    const items = subs.map((sub) => ({ name: sub.name, choose: () => press(sub) }))
    return panelButton({ class: "menu-top" }, top.name, items)
  }
  const choose = () => press(top)
  return element(
    "div",
    {},
    element("button", { type: "button", class: "menu-top", onclick: choose }, top.name)
  )
}

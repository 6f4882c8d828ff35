import { found } from "./element.js"

/**
 * Tabs by the usual keys: arrows move, the one with the focus is shown.
 * @param {HTMLElement} list
 */
export const makeTabs = (list) => {
  const tabs = [...list.querySelectorAll('[role="tab"]')].filter((tab) => tab instanceof HTMLElement)
  /** @param {HTMLElement} chosen */
  const show = (chosen) => {
    for (const tab of tabs) {
      const isChosen = tab === chosen
      tab.setAttribute("aria-selected", String(isChosen))
      tab.tabIndex = isChosen ? 0 : -1
      found(`#${tab.getAttribute("aria-controls")}`).hidden = !isChosen
    }
  }
  for (const tab of tabs) tab.addEventListener("click", () => show(tab))
  list.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    const shown = tabs.filter((tab) => !tab.hidden)
    const at = shown.findIndex((tab) => tab === document.activeElement)
    const next = shown.at((at + step) % shown.length)
    if (next === undefined) return
    next.focus()
    show(next)
  })
}

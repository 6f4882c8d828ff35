/** Tabs by the usual keys: arrows move, the one with the focus is shown. */
export const makeTabs = (list) => {
  const tabs = [...list.querySelectorAll('[role="tab"]')]
  const panelOf = (tab) => document.querySelector(`#${tab.getAttribute("aria-controls")}`)
  const show = (chosen) => {
    for (const tab of tabs) {
      const isChosen = tab === chosen
      tab.setAttribute("aria-selected", String(isChosen))
      tab.tabIndex = isChosen ? 0 : -1
      panelOf(tab).hidden = !isChosen
    }
  }
  for (const tab of tabs) tab.addEventListener("click", () => show(tab))
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const shown = tabs.filter((tab) => !tab.hidden)
    const next = shown.at((shown.indexOf(document.activeElement) + step) % shown.length)
    next.focus()
    show(next)
  })
}

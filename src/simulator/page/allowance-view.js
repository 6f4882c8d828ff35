/** @import { Allowance } from "../allowance.ts" */
import { element } from "./element.js"

const words = "公众号现在还能主动推送给这部手机几条（客服消息），到什么时候为止。用户每次动作都会重新给。"

/** How many pushes are left, as dots and in words. */
export const makeAllowanceView = () => {
  const text = element("span")
  const dots = element("span", { class: "dots", "aria-hidden": "true" })
  const root = element("span", { class: "allowance", title: words }, dots, text)
  return {
    root,
    /**
     * @param {Allowance} allowance
     * @param {boolean} following
     * @param {number} nowMillis
     */
    show: ({ left, of, untilMillis }, following, nowMillis) => {
      const remaining = untilMillis - nowMillis
      const none = !following || remaining <= 0 || left === 0
      const over = !following || remaining <= 0
      text.textContent = none ? "不可推送" : `还可推送 ${left} 条 · ${timeText(remaining)}`
      root.classList.toggle("empty", none)
      if (dots.childElementCount !== of) {
        dots.replaceChildren(...Array.from({ length: of }, () => element("i")))
      }
      for (const [index, dot] of [...dots.children].entries())
        dot.classList.toggle("left", !over && index < left)
    }
  }
}

/** @param {number} millis */
const timeText = (millis) => {
  const seconds = Math.max(1, Math.round(millis / 1000))
  if (seconds < 120) return `${seconds} 秒`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} 分` : `${Math.round(minutes / 60)} 小时`
}

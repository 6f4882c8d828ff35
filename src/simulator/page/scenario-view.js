import { element } from "./element.js"

/**
 * Save what was done since the page began to record, begin anew, and play a file on phones of its own.
 * @param {(path: string, body?: object) => Promise<Response | undefined>} post
 */
export const scenarioView = (post) => {
  const verdict = element("p", { class: "verdict", role: "status", hidden: true })
  /** @param {string} words @param {boolean | undefined} holds */
  const tell = (words, holds) => {
    verdict.hidden = false
    verdict.textContent = words
    verdict.classList.toggle("bad", holds === false)
    verdict.classList.toggle("good", holds === true)
  }
  const save = element(
    "a",
    { class: "quiet", href: "/simulator/scenario", download: "scenario.json" },
    "保存剧本"
  )
  const restart = element("button", { type: "button", class: "quiet" }, "从现在重新录")
  restart.addEventListener("click", async () => {
    const done = await post("/simulator/scenario/restart")
    if (done?.ok === true) tell("从现在开始录。", undefined)
  })
  const file = element("input", {
    type: "file",
    accept: ".json,application/json",
    hidden: true,
    "aria-label": "剧本文件"
  })
  const play = element("button", { type: "button", class: "quiet" }, "重放剧本…")
  play.addEventListener("click", () => file.click())
  file.addEventListener("change", async () => {
    const chosen = file.files?.[0]
    if (chosen === undefined) return
    file.value = ""
    const text = await chosen.text()
    play.disabled = true
    tell(`正在用新手机重放 ${chosen.name}…`, undefined)
    const response = await fetch("/simulator/scenario/replay", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: text
    }).catch(() => undefined)
    play.disabled = false
    if (response === undefined) return tell("模拟微信没有应答。", false)
    if (!response.ok) return tell(`${chosen.name} 不是剧本：格式见 docs/wechat.md。`, false)
    /** @type {{ holds: boolean, steps: number, problem?: string, step?: object }} */
    const { holds, steps, problem, step } = await response.json()
    tell(
      holds ? `成立：${steps} 步都如剧本所说。` : `第 ${steps} 步不成立：${problem} ${JSON.stringify(step)}`,
      holds
    )
  })
  return [element("div", { class: "presets" }, save, restart, play, file), verdict]
}

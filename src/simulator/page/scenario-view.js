/** @import { FileProblem } from "../file-problem.ts" */
/** @import { StepProblem } from "../scenario-replay.ts" */
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
    if (!response.ok) return tell(`${chosen.name} 不是剧本：${await fileProblemOf(response)}`, false)
    /** @type {{ holds: boolean, steps: number, problem?: StepProblem, step?: object }} */
    const { holds, steps, problem, step } = await response.json()
    if (problem === undefined) return tell(`成立：${steps} 步都如剧本所说。`, holds)
    tell(`第 ${steps} 步不成立：${stepProblemWords(problem)}剧本要的是 ${JSON.stringify(step)}`, holds)
  })
  return [element("div", { class: "presets" }, save, restart, play, file), verdict]
}

const ways = { reply: "被动回复", push: "推送", platform: "微信的提示", user: "自己的消息" }

/**
 * @param {StepProblem} problem
 * @returns {string}
 */
const stepProblemWords = (problem) => {
  switch (problem._tag) {
    case "NothingCame":
      return `${problem.withinMillis / 1000} 秒内什么也没有来。`
    case "Came":
      return `来的是${ways[problem.by]}（${problem.kind}）${problem.text === "" ? "" : `「${problem.text}」`}。`
    case "NoSuchPhone":
      return `没有第 ${problem.phone} 部手机。`
    case "ActImpossible":
      return "前面那个动作做不成，比如没有关注就发消息。"
  }
}

/**
 * What is wrong with a file that was refused.
 * @param {Response} response
 */
const fileProblemOf = async (response) => {
  /** @type {Pick<FileProblem, "kind" | "step" | "field" | "found" | "expected"> | undefined} */
  const problem = await response.json().catch(() => undefined)
  return problem === undefined ? "格式见 docs/wechat.md。" : fileProblemWords(problem)
}

/**
 * @param {Pick<FileProblem, "kind" | "step" | "field" | "found" | "expected">} problem
 * @returns {string}
 */
const fileProblemWords = ({ kind, step, field, found, expected }) => {
  const where = `${step === undefined ? "" : `第 ${step} 步的 `}${field}`
  switch (kind) {
    case "syntax":
      return `它不是 JSON（${expected}）。`
    case "missing":
      return `缺少${step === undefined ? " " : ""}${where.replaceAll(" or ", " 或 ")}。`
    case "unknown":
      return `没有${step === undefined ? " " : ""}${where} 这一项。`
    case "choice":
      return `${where} 写的是 ${found}，只能是 ${expected.replaceAll(", ", "、")}。`
    case "value":
      return `${where} 写的是 ${found}，要的是 ${expected}。`
  }
}

/** @import { AccountKind } from "../account-kind.ts" */
/** @import { CallbackMode, Conditions, ConditionsChange } from "../conditions.ts" */
/** @import { Fault } from "../fault-plan.ts" */
import { element } from "./element.js"
import { faultEditor } from "./fault-editor.js"
import { faultsLeft, faultWords } from "./fault-words.js"
import { scenarioView } from "./scenario-view.js"

/** @type {ReadonlyArray<readonly [AccountKind, string]>} */
const kinds = [
  ["verified", "已认证服务号"],
  ["unverified", "未认证服务号"],
  ["personal", "个人号"],
  ["test", "测试号"]
]
/** @type {ReadonlyArray<readonly [CallbackMode, string]>} */
const modes = [
  ["plain", "明文"],
  ["compatible", "兼容"],
  ["safe", "安全"]
]

/**
 * Faults that one press brings; the form beneath brings every other.
 * @type {ReadonlyArray<{ name: string, fault: Fault }>}
 */
const presets = [
  { name: "慢 3 秒", fault: { fault: "slow", millis: 3000 } },
  { name: "慢 6 秒", fault: { fault: "slow", millis: 6000 } },
  { name: "下一个回答丢失", fault: { fault: "lose-answer", times: 1 } },
  { name: "三成回答丢失", fault: { fault: "lose-answer", share: 0.3 } },
  { name: "下一个请求丢失", fault: { fault: "lose-request", times: 1 } },
  { name: "每条来两次", fault: { fault: "twice" } },
  { name: "换一台服务器", fault: { fault: "elsewhere" } },
  { name: "推送答 45047", fault: { fault: "refuse", errcode: 45047, path: "message/custom/send" } },
  { name: "接口慢 3 秒", fault: { fault: "slow-api", millis: 3000 } },
  { name: "接口 502", fault: { fault: "bad-gateway" } },
  { name: "推送后没有回音", fault: { fault: "lose-result", path: "message/custom/send", times: 1 } }
]

/**
 * Switches of the simulated WeChat; `change(conditions)` and `post(path)` tell the simulator.
 * @param {HTMLElement} panel
 * @param {HTMLElement} count
 * @param {(change: ConditionsChange) => void} change
 * @param {(path: string, body?: object) => Promise<Response | undefined>} post
 */
export const makeSwitchesView = (panel, count, change, post) => {
  /** @type {ReadonlyArray<Fault>} */
  let planned = []
  /**
   * Those that can still strike.
   * @type {ReadonlyArray<Fault>}
   */
  let faults = []

  const kind = choice("账号类型", kinds, (value) => change({ kind: value }))
  const mode = choice("消息模式", modes, (value) => change({ mode: value }))
  const modeNote = element("p", { class: "note", hidden: true })
  let hasKey = true
  const showModeNote = () => {
    const isTest = kind.value === "test" && mode.value !== "plain"
    modeNote.hidden = hasKey && !isTest
    modeNote.textContent = hasKey
      ? "测试号只有明文，消息照明文发。"
      : "没有 EncodingAESKey（启动时用 --aes-key 给），只能明文。"
  }
  const clock = element("input", { type: "number", min: "-3600", max: "3600", step: "1", value: "0" })
  clock.addEventListener("change", () => change({ clockAheadSeconds: Math.trunc(clock.valueAsNumber || 0) }))

  /** @param {Fault} fault */
  const add = (fault) => change({ faults: [...faults, fault] })
  const list = element("ul", { class: "faults", "aria-label": "正在作怪的故障" })
  const calm = element("p", { class: "nothing" }, "一切正常。按一下就作怪，再去掉就恢复。")
  const revoke = element("button", { type: "button", class: "quiet" }, "作废所有 access_token")
  revoke.addEventListener("click", async () => {
    const done = await post("/simulator/revoke-tokens")
    if (done?.ok === true) revoke.textContent = "作废了，服务要重新取"
    setTimeout(() => {
      revoke.textContent = "作废所有 access_token"
    }, 3000)
  })

  panel.append(
    group(
      "公众号",
      labelled("账号类型", kind),
      labelled("消息模式", mode),
      modeNote,
      labelled("微信的时钟快几秒", clock)
    ),
    group(
      "故障",
      calm,
      list,
      element(
        "div",
        { class: "presets" },
        ...presets.map(({ name, fault }) =>
          element("button", { type: "button", class: "quiet", onclick: () => add(fault) }, name)
        ),
        revoke
      ),
      element("details", { class: "own-fault" }, element("summary", {}, "自己配一个故障"), faultEditor(add))
    ),
    group("剧本", ...scenarioView(post))
  )

  const showFaults = () => {
    count.textContent = faults.length === 0 ? "" : `⚡${faults.length}`
    calm.hidden = faults.length > 0
    list.replaceChildren(
      ...faults.map((fault, index) => faultRow(fault, () => change({ faults: faults.toSpliced(index, 1) })))
    )
  }

  return {
    /**
     * How often each fault of the plan has struck; one that is used up is gone.
     * @param {ReadonlyArray<number>} counts
     */
    showStruck: (counts) => {
      faults = faultsLeft(planned, counts)
      showFaults()
    },
    /** @param {Conditions} conditions */
    show: (conditions) => {
      if (JSON.stringify(conditions.faults) !== JSON.stringify(planned)) {
        planned = conditions.faults
        faults = planned
        showFaults()
      }
      kind.value = conditions.kind
      mode.value = conditions.mode
      showModeNote()
      clock.value = String(conditions.clockAheadSeconds)
    },
    /**
     * Without a key there is nothing to switch to.
     * @param {boolean} sealable
     */
    seal: (sealable) => {
      mode.disabled = !sealable
      hasKey = sealable
      showModeNote()
    }
  }
}

/**
 * @param {string} title
 * @param {...HTMLElement} children
 */
const group = (title, ...children) => element("fieldset", {}, element("legend", {}, title), ...children)

/**
 * @param {string} text
 * @param {HTMLElement} control
 */
const labelled = (text, control) => element("label", {}, element("span", {}, text), control)

/**
 * @template {string} A
 * @param {string} label
 * @param {ReadonlyArray<readonly [A, string]>} values
 * @param {(value: A) => void} chosen
 */
const choice = (label, values, chosen) => {
  const options = values.map(([value, name]) => element("option", { value }, name))
  const select = element("select", { "aria-label": label }, ...options)
  select.addEventListener("change", () => {
    const picked = values[select.selectedIndex]
    if (picked !== undefined) chosen(picked[0])
  })
  return select
}

/**
 * @param {Fault} fault
 * @param {() => void} remove
 */
const faultRow = (fault, remove) =>
  element(
    "li",
    { "data-fault": fault.fault },
    element("span", {}, faultWords(fault)),
    element(
      "button",
      { type: "button", class: "quiet", "aria-label": `去掉 ${faultWords(fault)}`, onclick: remove },
      "去掉"
    )
  )

/** @import { Fault } from "../fault-plan.ts" */

/**
 * The faults, with what they are called here and what belongs to them.
 * @type {ReadonlyArray<{ fault: Fault["fault"], name: string, needs: "millis" | "errcode" | "", where: "what" | "path" }>}
 */
export const faultKinds = [
  { fault: "slow", name: "回调慢", needs: "millis", where: "what" },
  { fault: "lose-request", name: "回调丢失", needs: "", where: "what" },
  { fault: "lose-answer", name: "回答丢失", needs: "", where: "what" },
  { fault: "twice", name: "同时来两次", needs: "", where: "what" },
  { fault: "elsewhere", name: "换一台服务器", needs: "", where: "what" },
  { fault: "refuse", name: "接口答错误码", needs: "errcode", where: "path" },
  { fault: "slow-api", name: "接口慢", needs: "millis", where: "path" },
  { fault: "bad-gateway", name: "接口 502，没有做", needs: "", where: "path" },
  { fault: "lose-result", name: "接口 502，其实做了", needs: "", where: "path" }
]

/** @param {string} fault */
export const faultName = (fault) => faultKinds.find((one) => one.fault === fault)?.name ?? fault

/**
 * The faults of a plan that can still strike, with how often.
 * @param {ReadonlyArray<Fault>} planned
 * @param {ReadonlyArray<number>} counts how often each has struck
 * @returns {ReadonlyArray<Fault>}
 */
export const faultsLeft = (planned, counts) =>
  planned.flatMap((fault, index) => {
    if (fault.times === undefined) return [fault]
    const times = fault.times - (counts[index] ?? 0)
    return times > 0 ? [{ ...fault, times }] : []
  })

/**
 * @param {Fault} fault
 * @returns {string}
 */
export const faultWords = (fault) => {
  return [
    faultName(fault.fault),
    ...("millis" in fault ? [`${fault.millis / 1000} 秒`] : []),
    ...("errcode" in fault ? [String(fault.errcode)] : []),
    ...("what" in fault && fault.what !== undefined ? [`只对 ${fault.what}`] : []),
    ...("path" in fault && fault.path !== undefined ? [`只对 ${fault.path}`] : []),
    ...(fault.share === undefined ? [] : [`${Math.round(fault.share * 100)}%`]),
    ...(fault.times === undefined ? [] : [`还有 ${fault.times} 次`])
  ].join(" · ")
}

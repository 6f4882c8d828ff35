import { assert } from "@effect/vitest"
import type { Shown } from "./callback.ts"

/** The words that the contract reserves for one occasion each. */
export const reserved = [
  "已配对成功，可以开始聊天",
  "正在配对",
  "配对失败，请再次尝试",
  "已配对",
  "未配对",
  "对方已离开",
  "聊天已结束",
  "已退出",
  "对方稍后收到",
  "未能送达",
  "尚未接入"
] as const

export type Reserved = (typeof reserved)[number]

/** The reserved words in a text; the status 已配对 is not counted within the longer sentence. */
export const reservedIn = (text: string): ReadonlyArray<Reserved> =>
  reserved.filter((words) =>
    words === "已配对" ? text.replaceAll("已配对成功", "").includes(words) : text.includes(words)
  )

/** The text says exactly these of the reserved words. */
export const assertSays = (bubble: Shown | undefined, ...words: ReadonlyArray<Reserved>) => {
  const text = textOf(bubble)
  assert.sameMembers([...reservedIn(text)], [...words], text)
}

/** A bubble's text; fails for anything else. */
export const textOf = (bubble: Shown | undefined): string => {
  if (bubble?.kind !== "text") assert.fail(`expected a text, got ${JSON.stringify(bubble)}`)
  return bubble.text
}

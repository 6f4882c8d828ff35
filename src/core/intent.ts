import { type Button, isButton } from "./button.ts"
import type { Periods } from "./campus-question.ts"
import type { ChatEvent } from "./event.ts"

/**
 * What a text asks for when it is read as a command. `marked`: it began with `#` or the full-width `＃`, which makes it ours in
 * every state (contract, "Menu").
 */
export type Intent =
  /** `periods`: typed behind 空闲教室, such as `空闲教室 3-4`. */
  | {
      readonly _tag: "Button"
      readonly button: Button
      readonly periods?: Periods
      readonly marked: boolean
    }
  | { readonly _tag: "Tease"; readonly marked: boolean }
  | { readonly _tag: "Help"; readonly marked: boolean }
  | { readonly _tag: "Unbind"; readonly marked: boolean }
  | { readonly _tag: "Report"; readonly marked: boolean }
  | { readonly _tag: "ReportLast"; readonly marked: boolean }
  | { readonly _tag: "Plain"; readonly marked: boolean }

/** The words beside the buttons' names that mean something. */
export const words = {
  tease: "调戏",
  help: "帮助",
  unbind: "取消绑定",
  report: "举报",
  reportLast: "举报上一位"
} as const

/** Reads a text; spaces around a command are ignored. */
export const intentOf = (text: string): Intent => {
  const trimmed = text.trim()
  const marked = trimmed.startsWith("#") || trimmed.startsWith("＃")
  const command = marked ? trimmed.slice(1).trim() : trimmed
  if (isButton(command)) return { _tag: "Button", button: command, marked }
  const periods = periodsBehindButton(command)
  if (periods !== undefined) return { _tag: "Button", button: freeRooms, periods, marked }
  if (command === words.tease) return { _tag: "Tease", marked }
  if (command === words.help) return { _tag: "Help", marked }
  if (command === words.unbind) return { _tag: "Unbind", marked }
  if (command === words.report) return { _tag: "Report", marked }
  if (command === words.reportLast) return { _tag: "ReportLast", marked }
  return { _tag: "Plain", marked }
}

const freeRooms = "空闲教室" satisfies Button

/** The button that an event presses, or names. */
export const buttonAsked = (event: ChatEvent): Button | undefined => {
  if (event._tag === "Pressed") return event.button
  const intent = event._tag === "Said" ? intentOf(event.text) : undefined
  return intent?._tag === "Button" ? intent.button : undefined
}

/**
 * The press with which a chat begins; nearly everybody who presses it is in the ordinary state. (Typed in a chat, the same word
 * is a line.)
 */
export const beginsSearch = (event: ChatEvent): boolean =>
  event._tag === "Pressed" && event.button === ("配对" satisfies Button)

/** People type full-width digits, a word for "to", or the word for "period" behind the numbers. */
const periodsBehindButton = (command: string): Periods | undefined => {
  if (!command.startsWith(freeRooms)) return undefined
  const match = /^\s*第?([1-9]\d?)(?:\s*[-–—~至到]\s*([1-9]\d?))?\s*节?$/u.exec(
    command.slice(freeRooms.length).normalize("NFKC")
  )
  if (match === null) return undefined
  const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])]
  return { from: Math.min(from, to), to: Math.max(from, to) }
}

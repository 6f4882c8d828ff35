import { type Button, isButton } from "./button.ts"

/**
 * What a text asks for when it is read as a command. `marked`: it began with `#` or the full-width `＃`, which makes it ours in
 * every state (contract, "Menu").
 */
export type Intent =
  | { readonly _tag: "Button"; readonly button: Button; readonly marked: boolean }
  | { readonly _tag: "Tease"; readonly marked: boolean }
  | { readonly _tag: "Help"; readonly marked: boolean }
  | { readonly _tag: "Plain"; readonly marked: boolean }

/** The words beside the buttons' names that mean something. */
export const words = { tease: "调戏", help: "帮助" } as const

/** Reads a text; spaces around a command are ignored. */
export const intentOf = (text: string): Intent => {
  const trimmed = text.trim()
  const marked = trimmed.startsWith("#") || trimmed.startsWith("＃")
  const command = marked ? trimmed.slice(1).trim() : trimmed
  if (isButton(command)) return { _tag: "Button", button: command, marked }
  if (command === words.tease) return { _tag: "Tease", marked }
  if (command === words.help) return { _tag: "Help", marked }
  return { _tag: "Plain", marked }
}

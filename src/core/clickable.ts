/**
 * A command in a text, shown as `label`, that the phone sends when it is touched, as a click in a message menu does (protocol notes 3.2).
 * Where a client shows no such links the label is all that is seen, so it should be what one can type.
 */
export const clickable = (command: string, label = command): string =>
  `<a href="weixin://${commandScheme}?msgmenucontent=${encodeURIComponent(command)}&msgmenuid=${menuItemId}">${label}</a>`

/**
 * Whether words of a stranger hold such a link: a touch would make the reader's phone send what the writer chose, even 退出 or 举报.
 * Whatever the spelling, as long as a phone may still read it: entities, percent signs, width, case, characters nobody sees.
 */
export const holdsCommandLink = (words: string): boolean =>
  decoded(words)
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^a-z]/gu, "")
    .includes(commandScheme)

const commandScheme = "bizmsgmenu"

/** Undone as often as it was done; named entities hide nothing but space. */
const decoded = (words: string): string => {
  const once = words
    .replaceAll(/&#x([0-9a-f]{1,6});?/giu, (_, digits: string) => character(Number.parseInt(digits, 16)))
    .replaceAll(/&#(\d{1,7});?/gu, (_, digits: string) => character(Number(digits)))
    .replaceAll(/&(?:amp|lt|gt|quot|apos);/giu, (name) => named[name.toLowerCase()] ?? "")
    .replaceAll(/&[a-z]{2,24};/giu, "")
    .replaceAll(/%([0-9a-f]{2})/giu, (_, digits: string) => character(Number.parseInt(digits, 16)))
  // Each time it gets shorter, so this ends.
  return once.length < words.length ? decoded(once) : once
}

const named: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'"
}

const character = (codePoint: number): string =>
  codePoint <= largestCodePoint ? String.fromCodePoint(codePoint) : ""

const largestCodePoint = 0x10ffff

/** WeChat sends it back; that it is there tells a click from typed words, and its value means nothing to us. */
const menuItemId = 1

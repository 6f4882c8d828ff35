/**
 * A command in a text, shown as `label`. If it is touched, the phone sends the command, as for a click in a message menu
 * (protocol notes 3.2). A client that shows no such links shows only the label, so it should be what one can type.
 */
export const clickable = (command: string, label = command): string =>
  `<a href="weixin://${commandScheme}?msgmenucontent=${encodeURIComponent(command)}&msgmenuid=${menuItemId}">${label}</a>`

/**
 * Whether a stranger's words hold such a link: if it is touched, the reader's phone sends what the writer chose, even 退出 or 举报.
 * Finds any spelling that a phone might still read: entities, percent signs, width, case, characters that nobody sees.
 */
export const holdsCommandLink = (words: string): boolean =>
  decoded(words)
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^a-z]/gu, "")
    .includes(commandScheme)

const commandScheme = "bizmsgmenu"

/**
 * Decodes again and again, since it may be encoded more than once. A named entity that is not in `named` is dropped: those that
 * matter here are characters that nobody sees.
 */
const decoded = (words: string): string => {
  const once = words
    .replaceAll(/&#x([0-9a-f]{1,6});?/giu, (_, digits: string) => character(Number.parseInt(digits, 16)))
    .replaceAll(/&#(\d{1,7});?/gu, (_, digits: string) => character(Number(digits)))
    .replaceAll(/&(?:amp|lt|gt|quot|apos);/giu, (name) => named[name.toLowerCase()] ?? "")
    .replaceAll(/&[a-z]{2,24};/giu, "")
    .replaceAll(/%([0-9a-f]{2})/giu, (_, digits: string) => character(Number.parseInt(digits, 16)))
  // The text gets shorter each time, so this ends.
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

/** WeChat sends it back with the text, which is how a click differs from typed words; its value means nothing to us. */
const menuItemId = 1

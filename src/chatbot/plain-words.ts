import { aiLabel } from "../core/ai-label.ts"
import { byteLength, replyTextBytes, split } from "../core/folding.ts"
import { looksLikeOurs } from "../core/reserved-words.ts"

/** How much room a chatbot's words have in one message, beside the label. */
export const answerBytes = replyTextBytes - byteLength(aiLabel)

/**
 * A chatbot's words as they can be shown: text only, without what steers a screen or would become a link or a command in WeChat, and
 * cut between characters to one message. Undefined: there is nothing to show, or it could be taken for a sentence of ours.
 */
export const plainWords = (words: string): string | undefined => {
  const plain = words
    .toWellFormed()
    .replaceAll(/\r\n?|[\u0085\u2028\u2029]/gu, "\n")
    .replaceAll(invisible, "")
    .replaceAll(/<(?=[a-z/!])/giu, "＜")
    .replaceAll(aiLabel, "")
    .replaceAll(/\n{3,}/gu, "\n\n")
    .trim()
  if (plain === "" || looksLikeOurs(plain)) return undefined
  return byteLength(plain) <= answerBytes
    ? plain
    : `${split(plain, answerBytes - byteLength(cutMark))[0]?.trimEnd() ?? ""}${cutMark}`
}

const cutMark = "……"

// Control characters but the line break, marks that turn the direction of writing, characters without width that could split a word
// (the joiner of emoji stays), and what XML forbids.
const invisible =
  /(?!\n)\p{Cc}|[\u00AD\u061C\u180E\u200B\u200C\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF\uFFFD-\uFFFF]/gu

/** Words that people and programs look for: each belongs to its sentences, and no other sentence contains them (contract). */
export const reservedWords = [
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

/** Whether words of a stranger could be taken for a sentence of ours; a link beside 绑定 looks like the way to bind a card. */
export const looksLikeOurs = (words: string): boolean =>
  reservedWords.some((reserved) => words.includes(reserved)) || (words.includes("绑定") && link.test(words))

const link = /https?:|www\./iu

/**
 * Stands before every answer of a chatbot. The rules ask for a visible label that names artificial intelligence and generation
 * (人工智能生成合成内容标识办法, GB 45438-2025). In front, so that a reply's other words are not taken for the chatbot's.
 */
export const aiLabel = "【AI生成】"

/** Whether a message holds an answer of a chatbot. */
export const isMadeByAi = (words: string): boolean =>
  words.split("\n").some((line) => line.startsWith(aiLabel))

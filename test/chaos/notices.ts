/** How a person reads what they receive: lines of the partner, and our own words by the contract's table of sentences. */

export type Notice =
  | "pairMade"
  | "looking"
  | "searchFailed"
  | "statusPaired"
  | "statusNotPaired"
  | "partnerLeft"
  | "idleEnded"
  | "left"
  | "kept"
  | "other"

export type Piece =
  | { readonly _tag: "Line"; readonly words: string; readonly writer: number; readonly number: number }
  | { readonly _tag: "Notice"; readonly notice: Notice }

/** The words of a line, from which everybody can tell who wrote it and as what. */
export const lineWords = (writer: number, number: number, filling = 0): string =>
  `«${writer}#${number}»${"话".repeat(filling)}`

const linePattern = /^«(\d+)#(\d+)»/

/** A message piece by piece. Each of our sentences and each line of these people stands on a line of its own. */
export const piecesOf = (text: string): ReadonlyArray<Piece> =>
  text
    .split("\n")
    .filter((row) => row !== "")
    .map((row) => {
      const line = linePattern.exec(row)
      return line === null
        ? { _tag: "Notice", notice: noticeOf(row) }
        : { _tag: "Line", words: row, writer: Number(line[1]), number: Number(line[2]) }
    })

export const notices = (text: string): ReadonlyArray<Notice> =>
  piecesOf(text).flatMap((piece) => (piece._tag === "Notice" ? [piece.notice] : []))

// The first that fits counts: the words of some rows are part of others.
const table: ReadonlyArray<readonly [words: string, notice: Notice]> = [
  ["已配对成功，可以开始聊天", "pairMade"],
  ["正在配对", "looking"],
  ["配对失败，请再次尝试", "searchFailed"],
  ["未配对", "statusNotPaired"],
  ["已配对", "statusPaired"],
  ["对方已离开", "partnerLeft"],
  ["聊天已结束", "idleEnded"],
  ["已退出", "left"],
  ["对方稍后收到", "kept"]
]

const noticeOf = (row: string): Notice => table.find(([words]) => row.includes(words))?.[1] ?? "other"

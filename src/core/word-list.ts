/**
 * A list of words as a question to a text: does it hold one of them? Width, case, spaces and punctuation do not matter on either side, so that
 * `Ａ b-C` is found as `abc`.
 */
export const makeWordList = (words: ReadonlyArray<string>): ((text: string) => boolean) => {
  const root: Node = { ends: false, next: new Map() }
  for (const word of words) {
    const letters = lettersOf(word)
    if (letters.length > 0) add(root, letters)
  }
  return (text) => {
    const letters = lettersOf(text)
    return letters.some((_, start) => holdsAt(root, letters, start))
  }
}

/** A letter on the way to words; `ends`: a word is complete here. */
interface Node {
  ends: boolean
  readonly next: Map<string, Node>
}

const add = (root: Node, letters: ReadonlyArray<string>): void => {
  let branch = root
  for (const letter of letters) {
    const known = branch.next.get(letter) ?? { ends: false, next: new Map<string, Node>() }
    branch.next.set(letter, known)
    branch = known
  }
  branch.ends = true
}

const holdsAt = (root: Node, letters: ReadonlyArray<string>, start: number): boolean => {
  let branch: Node | undefined = root
  for (let place = start; branch !== undefined && !branch.ends; place += 1) {
    const letter = letters[place]
    branch = letter === undefined ? undefined : branch.next.get(letter)
  }
  return branch !== undefined
}

const lettersOf = (text: string): ReadonlyArray<string> =>
  Array.from(
    text
      .normalize("NFKC")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, "")
  )

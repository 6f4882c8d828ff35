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
  let node = root
  for (const letter of letters) {
    const known = node.next.get(letter) ?? { ends: false, next: new Map<string, Node>() }
    node.next.set(letter, known)
    node = known
  }
  node.ends = true
}

const holdsAt = (root: Node, letters: ReadonlyArray<string>, start: number): boolean => {
  let node: Node | undefined = root
  for (let place = start; node !== undefined && !node.ends; place += 1) {
    const letter = letters[place]
    node = letter === undefined ? undefined : node.next.get(letter)
  }
  return node !== undefined
}

const lettersOf = (text: string): ReadonlyArray<string> =>
  Array.from(
    text
      .normalize("NFKC")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, "")
  )

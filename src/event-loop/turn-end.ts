/** Has something done at the end of the current turn of the event loop, behind what was due before. */
export type TurnEnd = (act: () => void) => void

/**
 * Does what became due in one turn of the event loop in a row, when the turn is over. A write to a socket wakes whoever is at the other
 * end, which costs as much as all else about a short message; writes in a row wake them once.
 */
export const makeTurnEnd = (): TurnEnd => {
  let due: Array<() => void> = []
  const doAll = (): void => {
    const acts = due
    due = []
    for (const act of acts) act()
  }
  return (act) => {
    due.push(act)
    if (due.length === 1) setImmediate(doAll)
  }
}

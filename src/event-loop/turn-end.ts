/** Runs something at the end of the current turn of the event loop, after what was due before. */
export type TurnEnd = (act: () => void) => void

/**
 * Runs what became due in one turn of the event loop in a row when the turn is over. A write to a socket wakes the process at
 * the other end, which costs as much as everything else about a short message; writes in a row wake it once.
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

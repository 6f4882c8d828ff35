/**
 * By what share a map may exceed its limit before all the surplus goes at once. Finding a Map's first entry skips every slot
 * deleted before it, so that evicting one entry per insertion is quadratic.
 */
const surplusShare = 1 / 16

/** Takes the oldest entries out of a map in the order of age, if it exceeds `most` by more than the surplus. */
export const keepNewest = (map: Map<unknown, unknown>, most: number): void => {
  let surplus = map.size - most
  if (surplus <= most * surplusShare) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    surplus -= 1
    if (surplus === 0) return
  }
}

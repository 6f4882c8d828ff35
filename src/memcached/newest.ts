/**
 * The limit of a map may be exceeded by this share of it; then all that is too much goes at once. To find the first entry of a map takes
 * as long as entries were deleted before it, so that taking out one for each that comes would look through all of them again and again.
 */
const surplusShare = 1 / 16

/** Takes the oldest out of a map whose entries stand in the order of their age, where it has more than `most` and a few. */
export const keepNewest = (map: Map<unknown, unknown>, most: number): void => {
  let surplus = map.size - most
  if (surplus <= most * surplusShare) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    surplus -= 1
    if (surplus === 0) return
  }
}

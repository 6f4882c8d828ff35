/**
 * Only this many characters at the end of a name are hashed: they are random in openids, message keys and marks, and hashing
 * the whole name takes longer.
 */
const decidingCharacters = 6
/** Odd, so that no character is shifted out. */
const factor = 31

/** In which of `places`, a power of two, something with a random name is kept. Two names may share a place. */
export const placeOf = (name: string, places: number): number => {
  let place = 0
  for (let at = Math.max(0, name.length - decidingCharacters); at < name.length; at += 1) {
    place = Math.imul(place, factor) + name.charCodeAt(at)
  }
  return place & (places - 1)
}

/** WeChat's request signatures: sha1 over sorted parts, compared in constant time (protocol notes 1, 2.1 and 4.4). */
import { hash, timingSafeEqual } from "node:crypto"
import { Redacted } from "effect"

/** Lower-case hex sha1 of the parts, joined after sorting by their bytes (notes 1: PHP's `SORT_STRING`). */
export const signatureOf = (parts: ReadonlyArray<string>): string => {
  // In ASCII, which is all that WeChat sends, bytes and characters sort alike.
  if (parts.every(isAscii)) return hash("sha1", parts.toSorted().join(""), "hex")
  const sorted = parts.map((part) => Buffer.from(part, "utf8")).sort(Buffer.compare)
  return hash("sha1", Buffer.concat(sorted), "hex")
}

const isAscii = (part: string): boolean => /^[ -~]*$/.test(part)

/** `signature`: what every call of WeChat carries in its query. It covers the token, the time and the nonce, not the body. */
export const requestSignature = (token: Redacted.Redacted, timestamp: string, nonce: string): string =>
  signatureOf([Redacted.value(token), timestamp, nonce])

/** `msg_signature`: covers the ciphertext as well (notes 4.4). */
export const messageSignature = (
  token: Redacted.Redacted,
  timestamp: string,
  nonce: string,
  encrypted: string
): string => signatureOf([Redacted.value(token), timestamp, nonce, encrypted])

/**
 * Whether a claimed signature is the expected one. Takes the same time wherever the two differ. Another length is noticed at
 * once, which tells nobody anything: the length of a signature stands in WeChat's documentation.
 */
export const signatureMatches = (expected: string, claimed: string | undefined): boolean => {
  if (claimed === undefined) return false
  const [ours, theirs] = [Buffer.from(expected, "utf8"), Buffer.from(claimed, "utf8")]
  return ours.length === theirs.length && timingSafeEqual(ours, theirs)
}

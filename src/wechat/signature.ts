/** WeChat's request signatures: sha1 over sorted parts, compared in constant time (protocol notes 1, 2.1 and 4.4). */
import { createHash, timingSafeEqual } from "node:crypto"
import { Redacted } from "effect"

/** Lower-case hex sha1 of the parts, joined after sorting by their bytes (notes 1: PHP's `SORT_STRING`). */
export const signatureOf = (parts: ReadonlyArray<string>): string => {
  const sorted = parts.map((part) => Buffer.from(part, "utf8")).sort(Buffer.compare)
  return createHash("sha1").update(Buffer.concat(sorted)).digest("hex")
}

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
 * Whether what somebody claims is the expected signature. Takes the same time wherever they differ, for a claim of any
 * length and characters: both sides are hashed to one length before they are compared.
 */
export const signatureMatches = (expected: string, claimed: string | undefined): boolean =>
  claimed !== undefined && timingSafeEqual(fingerprint(expected), fingerprint(claimed))

const fingerprint = (text: string): Buffer => createHash("sha256").update(text, "utf8").digest()

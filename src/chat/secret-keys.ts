/** Keys made from LINK_SECRET, a different one for each purpose, and what is done with them. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto"
import { Context, Option, Redacted } from "effect"
import type { Openid } from "../core/openid.ts"
import { freshRandomBytes } from "../wechat/random-bytes.ts"

/** LINK_SECRET; if none is set, one that ends with this process. */
export const LinkSecret = Context.Reference<Redacted.Redacted>("xiaohou/chat/LinkSecret", {
  defaultValue: () => Redacted.make(randomBytes(keyBytes).toString("base64url"))
})

/**
 * A shorter LINK_SECRET can be guessed by anybody who has something that was sealed with it, such as a link: 128 bits, written in hex. A shorter one is used
 * all the same, with a warning, since an operator may have one.
 */
export const linkSecretLeastCharacters = 32

export const isGuessable = (secret: Redacted.Redacted): boolean =>
  Redacted.value(secret).length < linkSecretLeastCharacters

/**
 * The only form in which a person appears in logs: the same for one person as long as the secret stays, and of no use without
 * it. 60 bits, so that two people of one account hardly ever share it.
 */
export const makeFollowerHash = (secret: Redacted.Redacted): ((openid: Openid) => string) => {
  const hash = makeNameHash(secret, "follower hash")
  return (openid) => hash(openid).slice(0, followerHashCharacters)
}

/**
 * A name under which something is kept of somebody: the same for the same text as long as the secret stays. A hash without a secret would not hide a
 * card number, since all of them can be tried. `purpose`: texts of one are not found among those of another.
 */
export const makeNameHash = (secret: Redacted.Redacted, purpose: string): ((text: string) => string) => {
  const key = keyFor(secret, purpose)
  return (text) => createHmac("sha256", key).update(text).digest("base64url")
}

/** Texts that only the holder of the secret can read; a changed one does not open. */
export interface Seal {
  readonly close: (text: string) => string
  /** None: not sealed with this secret. */
  readonly open: (sealed: string) => Option.Option<string>
}

/** AES-256-GCM as `nonce ‖ tag ‖ ciphertext` in base64url. `purpose`: what is sealed for one does not open for another. */
export const makeSeal = (secret: Redacted.Redacted, purpose: string): Seal => {
  const key = keyFor(secret, purpose)
  return {
    close: (text) => {
      const nonce = freshRandomBytes(nonceBytes)
      const cipher = createCipheriv("aes-256-gcm", key, nonce)
      const encrypted = Buffer.concat([cipher.update(text, "utf8"), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), encrypted]).toString("base64url")
    },
    open: Option.liftThrowable((sealed: string) => {
      const bytes = Buffer.from(sealed, "base64url")
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes))
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
      const text = [decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]
      return Buffer.concat(text).toString("utf8")
    })
  }
}

const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16
const followerHashCharacters = 10

const keyFor = (secret: Redacted.Redacted, purpose: string): Buffer =>
  Buffer.from(hkdfSync("sha256", Redacted.value(secret), "", `xiaohou ${purpose}`, keyBytes))

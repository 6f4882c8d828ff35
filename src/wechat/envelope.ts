/** WeChat's message encryption (WXBizMsgCrypt, protocol notes 4): opens what came in and seals what goes out. */
import { createCipheriv, createDecipheriv } from "node:crypto"
import { Redacted, Result, Schema } from "effect"
import { freshRandomBytes } from "./random-bytes.ts"
import { cdata, element } from "./reply.ts"
import { messageSignature, signatureMatches } from "./signature.ts"

export interface EnvelopeKeys {
  readonly token: Redacted.Redacted
  readonly appId: string
  /** EncodingAESKey, 43 characters. */
  readonly key: Redacted.Redacted
  /** The previous key: messages sealed with it keep coming for a while after a change (notes 4.6). */
  readonly previousKey?: Redacted.Redacted | undefined
}

/** The ciphertext's signature is missing or wrong. */
export class EnvelopeUnsigned extends Schema.TaggedError<EnvelopeUnsigned>()("EnvelopeUnsigned", {}) {
  override get message() {
    return "The encrypted message carries no valid signature"
  }
}

/** It could not be opened. Deliberately does not say where it failed: that would help to guess plaintexts. */
export class EnvelopeClosed extends Schema.TaggedError<EnvelopeClosed>()("EnvelopeClosed", {}) {
  override get message() {
    return "The encrypted message cannot be opened"
  }
}

/** When and under which number a message was sealed; both are signed. */
export interface Stamp {
  readonly timestamp: string
  readonly nonce: string
}

export interface Opened {
  readonly xml: string
  /** The whole reply document around an inner XML, sealed with the key that opened the message (notes 4.5). */
  readonly seal: (xml: string, stamp: Stamp) => string
}

/** Opens one ciphertext (the text of `<Encrypt>`): signature first, then the current and the previous key. Never throws. */
export const openEnvelope = (
  keys: EnvelopeKeys,
  encrypted: string,
  stamp: Stamp,
  msgSignature: string | undefined
): Result.Result<Opened, EnvelopeUnsigned | EnvelopeClosed> => {
  const expected = messageSignature(keys.token, stamp.timestamp, stamp.nonce, encrypted)
  if (!signatureMatches(expected, msgSignature)) return Result.fail(new EnvelopeUnsigned())
  for (const key of keys.previousKey === undefined ? [keys.key] : [keys.key, keys.previousKey]) {
    const xml = decrypt(key, keys.appId, encrypted)
    if (xml !== undefined)
      return Result.succeed({ xml, seal: (reply, at) => sealEnvelope({ ...keys, key }, reply, at) })
  }
  return Result.fail(new EnvelopeClosed())
}

/** The reply document around an inner XML. `random` is 16 bytes that make equal texts differ. */
export const sealEnvelope = (
  keys: Pick<EnvelopeKeys, "token" | "appId" | "key">,
  xml: string,
  { timestamp, nonce }: Stamp,
  random: Uint8Array = freshRandomBytes(randomLengthBytes)
): string => {
  const encrypted = encrypt(keys.key, keys.appId, xml, random)
  return element(
    "xml",
    element("Encrypt", cdata(encrypted)) +
      element("MsgSignature", cdata(messageSignature(keys.token, timestamp, nonce, encrypted))) +
      element("TimeStamp", timestamp) +
      element("Nonce", cdata(nonce))
  )
}

/** The base64 ciphertext of `random ‖ length ‖ text ‖ app id ‖ padding` (notes 4.2 to 4.4). */
export const encrypt = (key: Redacted.Redacted, appId: string, text: string, random: Uint8Array): string => {
  const message = Buffer.from(text, "utf8")
  const length = Buffer.alloc(lengthLengthBytes)
  length.writeUInt32BE(message.length)
  const plain = Buffer.concat([random, length, message, Buffer.from(appId, "utf8")])
  const padding = blockBytes - (plain.length % blockBytes)
  const secret = keyBytes(key)
  const cipher = createCipheriv(algorithm, secret, secret.subarray(0, vectorBytes)).setAutoPadding(false)
  return Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(padding, padding)),
    cipher.final()
  ]).toString("base64")
}

const decrypt = (key: Redacted.Redacted, appId: string, encrypted: string): string | undefined => {
  const sealed = Buffer.from(encrypted, "base64")
  if (sealed.length === 0 || sealed.length % blockBytes !== 0) return undefined
  const secret = keyBytes(key)
  const decipher = createDecipheriv(algorithm, secret, secret.subarray(0, vectorBytes)).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(sealed), decipher.final()])
  const padding = padded.at(-1) ?? 0
  if (padding < 1 || padding > blockBytes) return undefined
  const plain = padded.subarray(0, padded.length - padding)
  if (!padded.subarray(plain.length).every((byte) => byte === padding)) return undefined
  const start = randomLengthBytes + lengthLengthBytes
  if (plain.length < start) return undefined
  const end = start + plain.readUInt32BE(randomLengthBytes)
  if (end > plain.length || !plain.subarray(end).equals(Buffer.from(appId, "utf8"))) return undefined
  return plain.subarray(start, end).toString("utf8")
}

const algorithm = "aes-256-cbc"
/** PKCS#7 over 32 bytes, not over the cipher's own 16. */
const blockBytes = 32
const vectorBytes = 16
const randomLengthBytes = 16
const lengthLengthBytes = 4

/** The 43rd character may carry spare bits, which strict decoders refuse; Buffer does not (notes 4.1). */
const keyBytes = (key: Redacted.Redacted): Buffer => {
  const known = decodedKeys.get(key)
  if (known !== undefined) return known
  const bytes = Buffer.from(`${Redacted.value(key)}=`, "base64")
  decodedKeys.set(key, bytes)
  return bytes
}

const decodedKeys = new WeakMap<Redacted.Redacted, Buffer>()

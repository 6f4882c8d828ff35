/** WeChat's side of the encryption, written from the protocol notes alone (4). */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto"
import { assert } from "@effect/vitest"
import { appId } from "./fake-wechat.ts"
import { token } from "./stage.ts"

/** 43 characters, as the console makes them. */
export const newKey = (random = randomBytes(32)) =>
  random.toString("base64").slice(0, 43).replaceAll(/[+/]/g, "x")

const cipherKey = (key: string) => Buffer.from(`${key}=`, "base64")

/** random(16), length, message, app id; padded to 32 bytes; AES-256-CBC whose IV is the key's beginning (notes 4). */
export const seal = (key: string, message: string, app = appId, random = randomBytes(16)): string => {
  const body = Buffer.from(message)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const block = Buffer.concat([random, length, body, Buffer.from(app)])
  const pad = 32 - (block.length % 32)
  const aes = createCipheriv("aes-256-cbc", cipherKey(key), cipherKey(key).subarray(0, 16)).setAutoPadding(
    false
  )
  return Buffer.concat([aes.update(block), aes.update(Buffer.alloc(pad, pad)), aes.final()]).toString(
    "base64"
  )
}

export const open = (key: string, sealed: string): string => {
  const aes = createDecipheriv("aes-256-cbc", cipherKey(key), cipherKey(key).subarray(0, 16)).setAutoPadding(
    false
  )
  const padded = Buffer.concat([aes.update(Buffer.from(sealed, "base64")), aes.final()])
  const pad = padded.at(-1) ?? 0
  assert.isTrue(pad >= 1 && pad <= 32 && padded.length % 32 === 0)
  const block = padded.subarray(0, padded.length - pad)
  const end = 20 + block.readUInt32BE(16)
  assert.strictEqual(block.subarray(end).toString(), appId)
  return block.subarray(20, end).toString()
}

export const msgSignature = (...parts: ReadonlyArray<string>) =>
  createHash("sha1")
    .update([token, ...parts].sort().join(""))
    .digest("hex")

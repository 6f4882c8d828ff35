/** The part of memcached's binary protocol that we speak: operation codes, statuses, and requests as bytes. */

const requestMagic = 0x80

/** Magic byte of every answer. */
export const answerMagic = 0x81

export const opcodes = {
  set: 0x01,
  add: 0x02,
  delete: 0x04,
  increment: 0x05,
  noop: 0x0a,
  version: 0x0b,
  /** GETK: the answer repeats the key, so that a mixed-up one is noticed. */
  getWithKey: 0x0c,
  append: 0x0e
} as const

export const statuses = {
  done: 0x00,
  notFound: 0x01,
  exists: 0x02,
  tooLarge: 0x03,
  invalidArguments: 0x04,
  notStored: 0x05,
  notANumber: 0x06,
  outOfMemory: 0x82
} as const

const headerBytes = 24
const sequenceOffset = 12
const versionOffset = 16
const maximum64 = 2n ** 64n - 1n

export const nothing = Buffer.alloc(0)

/** Flags (none of ours) and the time to live, for `set` and `add`. */
export const storeExtras = (ttlSeconds: number): Buffer => {
  const extras = Buffer.alloc(8)
  extras.writeUInt32BE(ttlSeconds, 4)
  return extras
}

/** For `increment`; memjs's own builder writes 32-bit numbers only. */
export const countExtras = (by: number, initial: number, ttlSeconds: number): Buffer => {
  const extras = Buffer.alloc(20)
  extras.writeBigUInt64BE(BigInt(by) & maximum64, 0)
  extras.writeBigUInt64BE(BigInt(initial) & maximum64, 8)
  extras.writeUInt32BE(ttlSeconds, 16)
  return extras
}

/**
 * A request as bytes; with a `version` the server carries it out only on the item of that version. One allocation, where
 * memjs's own builder makes six: this runs for every operation.
 */
export const requestBytes = (
  opcode: number,
  key: string,
  extras: Buffer,
  value: string,
  sequence: number,
  version: Buffer | undefined
): Buffer => {
  const keyLength = Buffer.byteLength(key)
  const valueLength = value === "" ? 0 : Buffer.byteLength(value)
  const bodyLength = extras.length + keyLength + valueLength
  const bytes = Buffer.allocUnsafe(headerBytes + bodyLength)
  bytes.fill(0, 0, headerBytes)
  bytes[0] = requestMagic
  bytes[1] = opcode
  bytes.writeUInt16BE(keyLength, 2)
  bytes[4] = extras.length
  bytes.writeUInt32BE(bodyLength, 8)
  bytes.writeUInt32BE(sequence, sequenceOffset)
  version?.copy(bytes, versionOffset)
  extras.copy(bytes, headerBytes)
  bytes.write(key, headerBytes + extras.length)
  if (valueLength > 0) bytes.write(value, headerBytes + extras.length + keyLength)
  return bytes
}

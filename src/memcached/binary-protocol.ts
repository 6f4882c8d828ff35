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
  /** GETK: the answer repeats the key, so that an answer to another question is noticed. */
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
  notAuthenticated: 0x20,
  outOfMemory: 0x82
} as const

/** The same operation in a form that is answered only if its outcome is unusual, and what silence says of it. */
export interface QuietForm {
  readonly opcode: number
  readonly silence: typeof statuses.done | typeof statuses.notFound
}

/** `increment` is not here, since it is asked for its answer. */
export const quietForms: ReadonlyMap<number, QuietForm> = new Map([
  [opcodes.getWithKey, { opcode: 0x0d, silence: statuses.notFound }],
  [opcodes.set, { opcode: 0x11, silence: statuses.done }],
  [opcodes.add, { opcode: 0x12, silence: statuses.done }],
  [opcodes.delete, { opcode: 0x14, silence: statuses.done }],
  [opcodes.append, { opcode: 0x19, silence: statuses.done }]
])

/** Of requests and answers alike. */
export const headerBytes = 24
const versionBytes = 8
const maximum64 = 2n ** 64n - 1n

export const nothing = Buffer.alloc(0)

/** Flags (none of ours) and the time to live, for `set` and `add`. Nobody may write into them. */
export const storeExtras = (ttlSeconds: number): Buffer => {
  const known = extrasByTtl.get(ttlSeconds)
  if (known !== undefined) return known
  const extras = Buffer.alloc(8)
  extras.writeUInt32BE(ttlSeconds, 4)
  if (extrasByTtl.size < mostExtrasKept) extrasByTtl.set(ttlSeconds, extras)
  return extras
}

/** Most items live for one of a dozen times, whose extras are kept; others are made each time. */
const mostExtrasKept = 64
const extrasByTtl = new Map<number, Buffer>()

/** For `increment`; memjs's own builder writes 32-bit numbers only. */
export const countExtras = (by: number, initial: number, ttlSeconds: number): Buffer => {
  const extras = Buffer.alloc(20)
  extras.writeBigUInt64BE(BigInt(by) & maximum64, 0)
  extras.writeBigUInt64BE(BigInt(initial) & maximum64, 8)
  extras.writeUInt32BE(ttlSeconds, 16)
  return extras
}

export interface Request {
  readonly opcode: number
  readonly key: string
  readonly extras: Buffer
  readonly value: string
  /** The server carries the request out only on the item of that version. */
  readonly version: Buffer | undefined
}

/** The most bytes that the request can take: UTF-8 takes up to three for each of JavaScript's 16-bit units. */
export const mostRequestBytes = ({ key, extras, value }: Request): number =>
  headerBytes + extras.length + 3 * (key.length + value.length)

/**
 * Writes a request at `start`, with `opcode` instead of its own, and gives the place behind it; the answer repeats `sequence`.
 * One buffer takes a whole packet, and no length is computed beforehand, since this runs for every operation.
 */
export const writeRequest = (
  bytes: Buffer,
  start: number,
  opcode: number,
  sequence: number,
  { key, extras, value, version }: Request
): number => {
  const extrasAt = start + headerBytes
  const keyAt = extrasAt + extras.length
  for (let place = 0; place < extras.length; place += 1) bytes[extrasAt + place] = extras[place] ?? 0
  // Together: a call into Node takes as long as writing all the rest.
  const end = keyAt + bytes.write(value === "" ? key : key + value, keyAt)
  const isPlain = end - keyAt === key.length + value.length
  const keyBytes = isPlain ? key.length : Buffer.byteLength(key)
  bytes[start] = requestMagic
  bytes[start + 1] = opcode
  bytes.writeUInt16BE(keyBytes, start + 2)
  bytes[start + 4] = extras.length
  bytes[start + 5] = 0
  bytes.writeUInt16BE(0, start + 6)
  bytes.writeUInt32BE(end - extrasAt, start + 8)
  bytes.writeUInt32BE(sequence, start + 12)
  for (let place = 0; place < versionBytes; place += 1) {
    bytes[start + 16 + place] = version === undefined ? 0 : (version[place] ?? 0)
  }
  return end
}

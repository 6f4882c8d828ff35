import { randomFillSync } from "node:crypto"

/** How many are asked of the system at a time: one request takes as long as sealing a line. */
const poolBytes = 4_096

let pool = Buffer.alloc(0)

/** As many bytes as wanted, up to `poolBytes`, that nobody can guess; given to nobody else. */
export const freshRandomBytes = (length: number): Uint8Array => {
  if (pool.length < length) pool = randomFillSync(Buffer.allocUnsafeSlow(poolBytes))
  const bytes = pool.subarray(0, length)
  pool = pool.subarray(length)
  return bytes
}

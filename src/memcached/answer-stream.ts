/**
 * Cuts the answers of a server out of what its connection brings. memjs's own reader copies all bytes of every part that
 * arrives and makes five objects of each answer; this one reads a header where it lies, and makes a text only of a value that
 * is wanted.
 */
import { headerBytes } from "./binary-protocol.ts"

/** One answer: what its header says, and where in `bytes` key and value lie. `version`: 8 bytes at `versionAt`. */
export interface Answer {
  readonly magic: number
  readonly opcode: number
  readonly status: number
  readonly sequence: number
  readonly bytes: Buffer
  readonly versionAt: number
  readonly keyAt: number
  readonly valueAt: number
  readonly end: number
}

export const keyOf = ({ bytes, keyAt, valueAt }: Answer): string => bytes.toString("utf8", keyAt, valueAt)
export const valueOf = ({ bytes, valueAt, end }: Answer): string => bytes.toString("utf8", valueAt, end)

export class AnswerStream {
  readonly #take: (answer: Answer) => void
  /** The parts of an answer that is not whole yet. */
  #parts: Array<Buffer> = []
  #partBytes = 0
  /** How many bytes are needed before there is a next answer, or before its length is known. */
  #wantedBytes = headerBytes

  /** `take` is called for each answer as soon as it is whole. */
  constructor(take: (answer: Answer) => void) {
    this.#take = take
  }

  push(chunk: Buffer): void {
    this.#parts.push(chunk)
    this.#partBytes += chunk.length
    if (this.#partBytes < this.#wantedBytes) return
    const bytes = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts)
    const start = this.#takeFrom(bytes)
    this.#parts = start === bytes.length ? [] : [bytes.subarray(start)]
    this.#partBytes = bytes.length - start
  }

  /** Takes every whole answer, and gives the place where the rest begins. */
  #takeFrom(bytes: Buffer): number {
    let start = 0
    this.#wantedBytes = headerBytes
    while (bytes.length - start >= headerBytes) {
      const end = start + headerBytes + bytes.readUInt32BE(start + 8)
      if (end > bytes.length) {
        this.#wantedBytes = end - start
        break
      }
      this.#take(answerAt(bytes, start, end))
      start = end
    }
    return start
  }
}

const answerAt = (bytes: Buffer, start: number, end: number): Answer => {
  const keyAt = start + headerBytes + (bytes[start + 4] ?? 0)
  return {
    magic: bytes[start] ?? 0,
    opcode: bytes[start + 1] ?? 0,
    status: bytes.readUInt16BE(start + 6),
    sequence: bytes.readUInt32BE(start + 12),
    bytes,
    versionAt: start + 16,
    keyAt,
    // Even a key that claims to be longer than its answer reaches into no other.
    valueAt: Math.min(keyAt + bytes.readUInt16BE(start + 2), end),
    end
  }
}

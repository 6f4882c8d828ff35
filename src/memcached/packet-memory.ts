/**
 * A packet of 128 sessions and rooms needs some 100 KB at most. Fresh memory for each, which the system has to clear, would cost as much as
 * two or three of its questions.
 */
const keptBytes = 256 * 1024

/** The memory in which packets are written before they are sent, the same for one after another. */
export class PacketMemory {
  #kept: Buffer | undefined

  /**
   * Memory for `bytes`, to be filled and given to `stream` at once. It may be that of the packets before, unless the stream still
   * holds some of them.
   */
  forPacket(bytes: number, stream: { readonly writableLength: number }): Buffer {
    if (bytes > keptBytes || stream.writableLength > 0) return Buffer.allocUnsafe(bytes)
    this.#kept ??= Buffer.allocUnsafeSlow(keptBytes)
    return this.#kept
  }
}

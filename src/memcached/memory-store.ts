/** The items of one memcached in this process: plain state and the server's rules; the caller brings the time. */
import { largestCount, largestValueBytes } from "./item-rules.ts"
import { keepNewest } from "./newest.ts"

/** Enough for 100,000 people in chats; bounds the memory of a process that runs without memcached. */
const memoryCapacityItems = 1_000_000

export interface StoredItem {
  readonly value: string
  readonly version: number
  readonly expiresAtMillis: number
}

/** As memcached reads a number (C's strtoull): up to the first blank or NUL. A sum with fewer digits leaves blanks behind itself. */
const leadingNumber = /^[ \t-\r]*\+?(\d+)(?:[ \t-\r\0]|$)/
const maximum64 = 2n ** 64n - 1n

export class MemoryStore {
  readonly #capacityItems: number
  /** In the order of the last write: the first is the oldest. */
  readonly #items = new Map<string, StoredItem>()
  #lastVersion = 0

  constructor(capacityItems: number = memoryCapacityItems) {
    this.#capacityItems = capacityItems
  }

  read(key: string, nowMillis: number): StoredItem | undefined {
    const item = this.#items.get(key)
    if (item === undefined) return undefined
    if (nowMillis < item.expiresAtMillis) return item
    this.#items.delete(key)
    return undefined
  }

  set(key: string, value: string, ttlSeconds: number, nowMillis: number): void {
    this.#write(key, value, nowMillis + ttlSeconds * 1000)
  }

  add(key: string, value: string, ttlSeconds: number, nowMillis: number): boolean {
    if (this.read(key, nowMillis) !== undefined) return false
    this.set(key, value, ttlSeconds, nowMillis)
    return true
  }

  /** Writes only over the item of that version. */
  replace(key: string, value: string, version: number, ttlSeconds: number, nowMillis: number): boolean {
    if (this.read(key, nowMillis)?.version !== version) return false
    this.set(key, value, ttlSeconds, nowMillis)
    return true
  }

  remove(key: string, version: number | undefined, nowMillis: number): boolean {
    const item = this.read(key, nowMillis)
    if (item === undefined || (version !== undefined && item.version !== version)) return false
    return this.#items.delete(key)
  }

  /** Keeps the time at which the item ends. */
  append(key: string, value: string, nowMillis: number): boolean | "ValueTooLarge" {
    const item = this.read(key, nowMillis)
    if (item === undefined) return false
    const joined = item.value + value.toWellFormed()
    if (Buffer.byteLength(joined) > largestValueBytes) return "ValueTooLarge"
    this.#write(key, joined, item.expiresAtMillis)
    return true
  }

  /** Keeps the time at which the item ends; an absent one begins with `initial`. */
  increment(
    key: string,
    by: number,
    initial: number,
    ttlSeconds: number,
    nowMillis: number
  ): number | "NotANumber" | "NumberTooLarge" {
    const item = this.read(key, nowMillis)
    if (item === undefined) {
      this.set(key, String(initial), ttlSeconds, nowMillis)
      return initial
    }
    const digits = leadingNumber.exec(item.value)?.[1]
    if (digits === undefined || BigInt(digits) > maximum64) return "NotANumber"
    const count = (BigInt(digits) + BigInt(by)) & maximum64
    this.#write(key, String(count).padEnd(Buffer.byteLength(item.value)), item.expiresAtMillis)
    return count <= largestCount ? Number(count) : "NumberTooLarge"
  }

  /** The keys in the order of their last write; some may have expired unnoticed. */
  keys(): ReadonlyArray<string> {
    return [...this.#items.keys()]
  }

  /** Forgets whatever has ended; an item that nobody reads any more would stay otherwise. */
  removeExpired(nowMillis: number): void {
    for (const [key, { expiresAtMillis }] of this.#items)
      if (expiresAtMillis <= nowMillis) this.#items.delete(key)
  }

  /** Forgets one item, as memcached may at any time. */
  evict(key: string): boolean {
    return this.#items.delete(key)
  }

  /** Forgets everything, as a restart does. */
  flush(): void {
    this.#items.clear()
  }

  #write(key: string, value: string, expiresAtMillis: number): void {
    this.#items.delete(key)
    this.#lastVersion += 1
    this.#items.set(key, { value: value.toWellFormed(), version: this.#lastVersion, expiresAtMillis })
    keepNewest(this.#items, this.#capacityItems)
  }
}

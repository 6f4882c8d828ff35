/**
 * Who must not be paired with whom. The database knows for good; each server keeps its few blocks in memory, so that a search asks
 * nobody. A fresh block is also marked in the item of the two (`acquaintances.ts`), which no pair is made without asking of whom one was in a
 * chat lately, and none at all while the database is down: so it holds at once on every server.
 */
import { Clock, Context, Effect, Layer, Schedule } from "effect"
import { hourMillis } from "../core/durations.ts"
import type { Openid } from "../core/openid.ts"
import type { DatabaseFailed } from "../database/database.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { Acquaintances } from "./acquaintances.ts"
import { Background } from "./background.ts"
import { makeOutageLog } from "./outage-log.ts"
import { type Block, blocksKnown, lateSaveMillis, Reports } from "./reports.ts"

/** How old the database's word may be before a search has it read again, for the searches after it. */
export const blocksFreshMillis = 2_000

/** How long after its reporter unfollowed a block may be known to a server that did not hear of it, while the database answers. */
const deletedKnownMillis = hourMillis

/**
 * After this long all is read anew, and what was deleted meanwhile is forgotten. In between only what is new is read. What a server
 * reported itself outlives one reload.
 */
export const blocksReloadMillis = deletedKnownMillis - lateSaveMillis

/** How soon it is tried again to forget somebody, while the database is away. */
const forgetAgainMillis = 30_000

/** Of more reports that one server takes in one outage of the database only their marks in memcached are left. */
const mostOwnBlocks = 10_000

export class Blocks extends Context.Service<
  Blocks,
  {
    /** A person's blocks, as this server last read them from the database; newer ones are the mark in the item of the two. */
    readonly of: (openid: Openid) => ReadonlyArray<Openid>
    /**
     * Whether all was read anew since the database last failed, and what was to be saved meanwhile. If not, newer blocks are known from the
     * items of the two alone.
     */
    readonly isUpToDate: () => boolean
    /** Has the database's word read again, in the background, where it is old: for the searches that come later. */
    readonly refresh: Effect.Effect<void>
    /** From now on the two are not paired, also before the database knows. */
    readonly add: (openid: Openid, blocked: Openid) => Effect.Effect<void, MemcachedError>
    /**
     * Deletes whom somebody blocked until then, and their name from the reports they made. While the database is away it is tried
     * again, as long as this process lives.
     */
    readonly forget: (openid: Openid, untilMillis: number) => Effect.Effect<void>
  }
>()("xiaohou/chat/Blocks") {
  static readonly layer = Layer.effect(
    Blocks,
    Effect.gen(function* () {
      const acquaintances = yield* Acquaintances
      const background = yield* Background
      const reports = yield* Reports
      const scope = yield* Effect.scope
      const outage = makeOutageLog({
        begins: "blocks cannot be read from the database; those that are known stand",
        ends: "blocks can be read again"
      })
      let known = new KnownBlocks([])
      const own = new OwnBlocks()
      let readAtMillis = Number.NEGATIVE_INFINITY
      let failedAtMillis = Number.NEGATIVE_INFINITY
      let triedAtMillis = Number.NEGATIVE_INFINITY
      let reloadedAtMillis = Number.NEGATIVE_INFINITY

      const read = Effect.fnUntraced(function* (now: number) {
        const whole = now - reloadedAtMillis >= blocksReloadMillis
        const blocks = yield* reports.blocksSince(whole ? 0 : readAtMillis - lateSaveMillis)
        if (whole) {
          // What was to be saved in an outage of the database may still wait in memcached.
          if (now - failedAtMillis > lateSaveMillis) own.forgetBefore(now - lateSaveMillis)
          known = new KnownBlocks(own.all())
          reloadedAtMillis = now
        }
        known.learn(blocks)
        readAtMillis = now
      })
      /** While the database is down, what is known stands. */
      const readNow = (now: number) => {
        triedAtMillis = now
        const failed = Effect.sync(() => void (failedAtMillis = now))
        return outage.watch(Effect.tapError(read(now), () => failed))
      }

      const forgetLater = (inDatabase: Effect.Effect<void, DatabaseFailed>, { message }: DatabaseFailed) =>
        Effect.logWarning("whom somebody blocked who unfollowed cannot be deleted yet; it is tried again", {
          problem: message
        }).pipe(
          Effect.andThen(Effect.forkIn(Effect.retry(inDatabase, Schedule.spaced(forgetAgainMillis)), scope))
        )

      // Nobody is paired before the first look; the database's own time-outs bound it.
      yield* Effect.flatMap(Clock.currentTimeMillis, readNow)

      return Blocks.of({
        of: (openid) => known.of(openid),
        isUpToDate: () => reloadedAtMillis > failedAtMillis + lateSaveMillis,
        refresh: Effect.flatMap(Clock.currentTimeMillis, (now) =>
          now - triedAtMillis < blocksFreshMillis ? Effect.void : background.run(readNow(now))
        ),
        add: Effect.fnUntraced(function* (openid, blocked) {
          const block = { openid, blocked }
          own.add(block, yield* Clock.currentTimeMillis)
          known.learn([block])
          yield* acquaintances.block([openid, blocked])
        }),
        forget: (openid, untilMillis) =>
          Effect.suspend(() => {
            own.forget(openid)
            known.forget(openid)
            const inDatabase = reports.forget(openid, untilMillis)
            return background.run(Effect.catch(inDatabase, (error) => forgetLater(inDatabase, error)))
          })
      })
    })
  )
}

/** Of each person the newest blocks, newest first. */
class KnownBlocks {
  readonly #of = new Map<Openid, ReadonlyArray<Openid>>()

  constructor(blocks: ReadonlyArray<Block>) {
    this.learn(blocks)
  }

  of(openid: Openid): ReadonlyArray<Openid> {
    // To look a name up costs as much as an operation of memcached, and most campuses have no blocks.
    return this.#of.size === 0 ? nobody : (this.#of.get(openid) ?? nobody)
  }

  /** Oldest first. */
  learn(blocks: ReadonlyArray<Block>): void {
    for (const { openid, blocked } of blocks) {
      const known = this.of(openid)
      if (!known.includes(blocked)) this.#of.set(openid, [blocked, ...known].slice(0, blocksKnown))
    }
  }

  forget(openid: Openid): void {
    this.#of.delete(openid)
  }
}

/**
 * The blocks that this server reported itself, each until the database must have it: when all is read anew, a block that is not in the
 * database any more was deleted because its reporter unfollowed, perhaps through another server.
 */
class OwnBlocks {
  /** Oldest first. */
  readonly #made = new Map<string, { readonly block: Block; readonly atMillis: number }>()

  all(): ReadonlyArray<Block> {
    return Array.from(this.#made.values(), ({ block }) => block)
  }

  add(block: Block, atMillis: number): void {
    const name = `${block.openid} ${block.blocked}`
    this.#made.delete(name)
    this.#made.set(name, { block, atMillis })
    const [oldest] = this.#made.keys()
    if (this.#made.size > mostOwnBlocks && oldest !== undefined) this.#made.delete(oldest)
  }

  forgetBefore(millis: number): void {
    for (const [name, { atMillis }] of this.#made) if (atMillis < millis) this.#made.delete(name)
  }

  forget(openid: Openid): void {
    for (const [name, { block }] of this.#made) if (block.openid === openid) this.#made.delete(name)
  }
}

const nobody: ReadonlyArray<Openid> = []

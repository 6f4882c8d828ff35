/** docs/anonymity.md is the whole list of what is kept: no kind of item, no time and no table is missing. */
import { readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import * as attempts from "../../src/campus/binding-attempts.ts"
import * as school from "../../src/campus/school-data.ts"
import { keys } from "../../src/chat/keys.ts"
import { messagesPerMinute } from "../../src/chat/message-limit.ts"
import { Reports } from "../../src/chat/reports.ts"
import { LinkSecret } from "../../src/chat/secret-keys.ts"
import { TeaseMemory } from "../../src/chatbot/memory.ts"
import * as doctor from "../../src/commands/memcached-check.ts"
import { RoomId, WriteId } from "../../src/core/room.ts"
import { Database, DatabaseFailed } from "../../src/database/database.ts"
import { migrationsTable } from "../../src/database/migrations.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { MemoryStore } from "../../src/memcached/memory-store.ts"
import * as token from "../../src/wechat/shared-token.ts"
import { alice, bob } from "./chat-rig.ts"
import { clicked, paired, send, typed } from "./inbox-stage.ts"

const page = readFileSync(join(resolve(import.meta.dirname, "../.."), "docs/anonymity.md"), "utf8")

/** The rows of the table: where something is kept, and for how long. */
const rows = [...page.matchAll(/^\|(?<cells>.+)\|$/gmu)].map(({ groups }) => {
  const [, , where = "", howLong = ""] = groups?.["cells"]?.split(" | ") ?? []
  return { where, howLong }
})

/** The row that names an item by the part before the first colon, or a table. */
const rowOf = (kind: string) =>
  rows.find(({ where }) => where.includes(`\`${kind}\``) || where.includes(`\`${kind}:\``))

const kindOf = (key: string): string => key.split(":", 1)[0] ?? key

const units = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1]
] as const

/** As the page says it: `7 days`, `1 hour`. */
const inWords = (seconds: number): string => {
  const [unit, size] = units.find(([, size]) => seconds % size === 0) ?? units[3]
  return `${seconds / size} ${unit}${seconds === size ? "" : "s"}`
}

const room = RoomId.make("room00001")

/** One name of each kind. */
const chatKeys: Readonly<Record<keyof typeof keys, string>> = {
  session: keys.session(alice),
  room: keys.room(room),
  spoke: keys.spoke(room),
  lines: keys.lines(room),
  lastLine: keys.lastLine(room, 0),
  lobby: keys.lobby,
  lobbyBase: keys.lobbyBase(WriteId.make("write00001")),
  met: keys.met(alice, bob),
  missed: keys.missed(alice, room),
  lastPartner: keys.lastPartner(alice),
  unsavedReport: keys.unsavedReport("name"),
  unsavedReports: keys.unsavedReports,
  unfollowed: keys.unfollowed("hash"),
  seen: keys.seen("key"),
  sent: keys.sent("key"),
  quota: keys.quota(alice),
  mail: keys.mail(alice),
  mailLock: keys.mailLock(alice),
  pace: keys.pace(alice, 1),
  tease: keys.tease(alice),
  due: keys.due(1),
  sweep: keys.sweep
}

const doctorKey = doctor.keyOf(WriteId.make("write00001"))
const bindKeys = [attempts.keys.link("id"), attempts.keys.person(alice), attempts.keys.card("hash")]

/** Remembers of each kind of item for how long it was written. */
class RecordingStore extends MemoryStore {
  readonly recorded = new Map<string, Set<number>>()

  override set(key: string, value: string, ttlSeconds: number, nowMillis: number): void {
    const kind = kindOf(key)
    this.recorded.set(kind, (this.recorded.get(kind) ?? new Set()).add(ttlSeconds))
    super.set(key, value, ttlSeconds, nowMillis)
  }
}

/** A chat in which all happens that makes somebody write an item: lines that wait, too many of them, a report without a database. */
const busyChat = Effect.gen(function* () {
  const store = new RecordingStore()
  const memcached = Memcached.layerStore(store)
  const memory = yield* Effect.provide(Reports, Reports.layerMemory)
  const down = Effect.fail(new DatabaseFailed({ problem: "down" }))
  const reports = Layer.succeed(Reports, Reports.of({ ...memory, save: () => down }))
  const { servers } = yield* paired({ memcached, reports })
  for (let line = 0; line <= messagesPerMinute; line += 1) yield* send(servers[0], typed(alice, "喂"))
  yield* servers[0].sweep
  yield* TestClock.adjust("1 minute")
  yield* send(servers[1], clicked(bob, "状态"))
  yield* send(servers[0], typed(alice, "#举报"))
  yield* send(servers[1], typed(bob, "好"))
  yield* servers[0].act(alice, { _tag: "Unfollowed" })
  const tease = yield* Effect.provide(TeaseMemory, Layer.provide(TeaseMemory.layer, memcached))
  yield* tease.recall(bob)
  return store.recorded
})

/** What that chat does not bring about. */
const notWritten = [chatKeys.lobbyBase, chatKeys.missed].map(kindOf)

describe("docs/anonymity.md", () => {
  it.each(
    [
      ...Object.values(chatKeys),
      ...bindKeys,
      ...Object.keys(school.keys),
      ...Object.values(token.keys),
      doctorKey
    ].map(kindOf)
  )("lists the items %s", (kind) => {
    assert.isDefined(rowOf(kind))
  })

  it.effect("says of each item of the chat for how long it is kept", () =>
    Effect.gen(function* () {
      const recorded = yield* Effect.provideService(busyChat, LinkSecret, Redacted.make("s".repeat(32)))
      for (const [kind, times] of recorded) {
        for (const seconds of times) assert.include(rowOf(kind)?.howLong ?? "", inWords(seconds), kind)
      }
      const written = new Set([...recorded.keys(), ...notWritten])
      assert.sameMembers([...written], [...new Set(Object.values(chatKeys).map(kindOf))])
    })
  )

  it.each([
    ...Object.entries(school.ttlSeconds),
    ...bindKeys.map((key) => [kindOf(key), attempts.windowSeconds] as const),
    [kindOf(doctorKey), doctor.itemTtlSeconds] as const
  ])("says of %s that it is kept for %i s", (kind, seconds) => {
    assert.include(rowOf(kind)?.howLong ?? "", inWords(seconds))
  })

  it.effect("lists the tables of the database", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const tables = yield* database.use(
        (sql) => sql<{ name: string }>`SELECT name FROM sqlite_master WHERE type = 'table'`
      )
      const ours = tables.map(({ name }) => name).filter((name) => name !== migrationsTable)
      assert.isNotEmpty(ours)
      for (const name of ours) assert.isDefined(rowOf(name), name)
    }).pipe(Effect.provide(Database.layerMemory))
  )
})

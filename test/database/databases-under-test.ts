/** The databases on which every contract over the database runs. */
import { Effect, Layer, Redacted, type Scope } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Database } from "../../src/database/database.ts"
import { postgresProcess } from "./postgres-process.ts"

/** Addresses of new, empty databases that several servers can share. */
export interface DatabaseKind {
  readonly name: string
  readonly emptyDatabase: Effect.Effect<Redacted.Redacted, never, Scope.Scope>
}

export const sqlite: DatabaseKind = {
  name: "on a file of SQLite",
  emptyDatabase: Effect.map(temporaryFolder(), (folder) =>
    // In a folder that has to be made.
    Redacted.make(`sqlite:${join(folder, "data", "xiaohou.sqlite")}`)
  )
}

export const postgres: DatabaseKind = {
  name: "on a real PostgreSQL",
  emptyDatabase: Effect.flatMap(postgresProcess, (server) => server.emptyDatabase)
}

/** Layers to run a contract on: one fresh database each. */
export const databaseLayers: ReadonlyArray<readonly [name: string, database: Layer.Layer<Database>]> = [
  ["in memory", Database.layerMemory],
  ...[sqlite, postgres].map(
    ({ name, emptyDatabase }) =>
      [name, Layer.unwrap(Effect.map(emptyDatabase, (url) => Database.layer(url)))] as const
  )
]

function temporaryFolder(): Effect.Effect<string, never, Scope.Scope> {
  return Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "xiaohou-database-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
}

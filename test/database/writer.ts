/** A process of its own that writes bindings: `node writer.ts DATABASE_URL NAME WRITES`. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect, Redacted } from "effect"
import { Database } from "../../src/database/database.ts"

const [url = "", name = "", writes = "0"] = process.argv.slice(2)

const program = Database.use((database) =>
  Effect.forEach(
    Array.from({ length: Number(writes) }, (_, number) => `${name}_${number}`),
    (openid) => database.use((sql) => sql`INSERT INTO bindings ${sql.insert({ openid, uuid: "u" })}`),
    { discard: true }
  )
)

NodeRuntime.runMain(Effect.provide(program, Database.layer(Redacted.make(url))))

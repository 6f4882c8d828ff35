import { Console, Effect, Layer, Option, References, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { FetchHttpClient } from "effect/http"
import { weChatLayer } from "../app.ts"
import { isGuessable, linkSecretLeastCharacters } from "../chat/secret-keys.ts"
import { Database } from "../database/database.ts"
import { Memcached } from "../memcached/memcached.ts"
import { inspectSettings, type Settings } from "../settings.ts"
import { campusCheck } from "./campus-check.ts"
import { chatbotCheck } from "./chatbot-check.ts"
import { type Check, fine, type Finding, problem, warning } from "./check.ts"
import { memcachedCheck } from "./memcached-check.ts"
import { environment } from "./settings-from-environment.ts"
import { weChatChecks } from "./wechat-checks.ts"

/** Something has to be put right: exit code 1, after everything was printed. */
export class DoctorFoundProblems extends Schema.TaggedError<DoctorFoundProblems>()("DoctorFoundProblems", {
  problems: Schema.Natural
}) {
  override get message() {
    return `${this.problems} ${this.problems === 1 ? "problem" : "problems"}`
  }
}

/** Everything that is looked at, in the order in which it is printed. A setting that cannot be read has its default here. */
const checksOf = Effect.fnUntraced(function* (settings: Settings, problems: ReadonlyArray<string>) {
  return [
    settingsCheck(settings, problems),
    memcachedCheck(settings.memcached),
    databaseCheck(settings),
    campusCheck(settings),
    chatbotCheck(settings.chatbot),
    ...(yield* weChatChecks(settings))
  ] satisfies ReadonlyArray<Check>
})

const settingsCheck = (settings: Settings, problems: ReadonlyArray<string>): Check => ({
  name: "settings",
  run: Effect.succeed([
    ...(problems.length === 0 ? [fine("all of them can be used")] : []),
    ...problems.map((one) => problem(one, "docs/operating.md says what each setting may be")),
    ...linkSecretFindings(settings)
  ])
})

const linkSecretFindings = ({ linkSecret }: Settings): ReadonlyArray<Finding> => {
  if (linkSecret === undefined) {
    return [
      warning(
        "LINK_SECRET is not set: links and reported lines of one start are of no use after it",
        "set it to a long random text, such as openssl rand -hex 32, the same on every server"
      )
    ]
  }
  if (!isGuessable(linkSecret)) return []
  return [
    warning(
      `LINK_SECRET can be guessed: it has less than ${linkSecretLeastCharacters} characters`,
      "set it to what openssl rand -hex 32 prints, the same on every server; earlier reports cannot be read after that"
    )
  ]
}

const databaseCheck = (settings: Settings): Check => ({
  name: "database",
  run: Effect.flatMap(Database, (database) => database.problem).pipe(
    Effect.provide(Database.layer(settings.databaseUrl)),
    Effect.map(
      Option.match({
        onNone: () => [fine("answers, and its tables are there")],
        onSome: (says) => [problem(says, "start it, or correct DATABASE_URL")]
      })
    )
  )
})

interface Examined extends Finding {
  readonly check: string
}

/** Longer than the slowest check, WeChat's look at the callback. */
const checkTimeoutMillis = 20_000

const examine = ({ name, run }: Check): Effect.Effect<ReadonlyArray<Examined>> =>
  run.pipe(
    Effect.timeoutOrElse({
      duration: checkTimeoutMillis,
      orElse: () => Effect.succeed([problem("no answer in time", "try again; then look whether it hangs")])
    }),
    Effect.map((findings) => findings.map((finding) => ({ check: name, ...finding })))
  )

const nameWidth = 14
const statusWidth = 9

const asText = ({ check, status, says, advice }: Examined): string =>
  [
    status.padEnd(statusWidth) + check.padEnd(nameWidth) + says,
    ...(advice === undefined ? [] : [`${" ".repeat(statusWidth + nameWidth)}→ ${advice}`])
  ].join("\n")

export const doctorCommand = Command.make(
  "doctor",
  { json: Flag.Boolean("json").pipe(Flag.withDescription("For programs"), Flag.withDefault(false)) },
  Effect.fnUntraced(function* ({ json }) {
    const { settings, problems } = inspectSettings(yield* environment, "serve")
    const neighbours = Layer.merge(weChatLayer(settings.weChat), FetchHttpClient.layer).pipe(
      // A memory of its own: the token is asked for, not taken from what the servers share.
      Layer.provide(Memcached.layerMemory)
    )
    const findings = yield* checksOf(settings, problems).pipe(
      Effect.flatMap((checks) => Effect.forEach(checks, examine, { concurrency: "unbounded" })),
      Effect.map((examined) => examined.flat()),
      Effect.provide(neighbours),
      Effect.provideService(References.MinimumLogLevel, "None")
    )
    const wrong = findings.filter(({ status }) => status === "problem").length
    yield* Console.log(
      json ? JSON.stringify({ ok: wrong === 0, findings }, null, 2) : findings.map(asText).join("\n")
    )
    if (wrong > 0) return yield* new DoctorFoundProblems({ problems: wrong })
  })
).pipe(
  Command.withDescription(
    "Look at every setting and every neighbour, and print what is wrong with what to do about it. Exit code 1 when there is a problem"
  )
)

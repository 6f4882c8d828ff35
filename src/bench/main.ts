/** The benchmarks: `npm run bench [-- NAME] [--json FILE] [--quick]` (contract, "Commands"). */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Console, Effect, Exit, FileSystem, Option, Schema } from "effect"
import { Argument, CliError, Command, Flag } from "effect/cli"
import { presenterLayer } from "../commands/presenter.ts"
import { version } from "../commands/version.ts"
import { fullExtent, quickExtent } from "./extent.ts"
import { pairing } from "./pairing.ts"
import { type Row, table } from "./rows.ts"
import { webhook } from "./webhook.ts"
import { fullWebhookExtent, quickWebhookExtent } from "./webhook-extent.ts"

/** Every benchmark by its name. */
const benchmarks = {
  pairing: (quick: boolean) => pairing(quick ? quickExtent : fullExtent),
  webhook: (quick: boolean) => webhook(quick ? quickWebhookExtent : fullWebhookExtent)
}
type Name = keyof typeof benchmarks
const names = Object.keys(benchmarks) as Array<Name>

export class CannotWriteRows extends Schema.TaggedError<CannotWriteRows>()("CannotWriteRows", {
  file: Schema.String
}) {
  override get message() {
    return `cannot write the rows to ${this.file}`
  }
}

const run = Effect.fnUntraced(function* (
  chosen: ReadonlyArray<Name>,
  quick: boolean,
  file: string | undefined
) {
  const rows: Array<Row> = []
  for (const name of chosen) {
    const measured = yield* benchmarks[name](quick)
    yield* Console.log(`${name}\n\n${table(measured)}\n`)
    rows.push(...measured)
  }
  if (file === undefined) return
  const files = yield* FileSystem.FileSystem
  yield* Effect.mapError(
    files.writeFileString(file, `${JSON.stringify(rows, null, 2)}\n`),
    () => new CannotWriteRows({ file })
  )
})

const bench = Command.make(
  "bench",
  {
    name: Argument.Literals("benchmark", names).pipe(
      Argument.withDescription("Which one; all of them without"),
      Argument.optional
    ),
    json: Flag.String("json").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription("Write the rows to this file as well"),
      Flag.optional
    ),
    quick: Flag.Boolean("quick").pipe(
      Flag.withDescription("Only see that everything works: little is measured"),
      Flag.withDefault(false)
    )
  },
  ({ name, json, quick }) =>
    run(
      Option.match(name, { onNone: () => names, onSome: (one) => [one] }),
      quick,
      Option.getOrUndefined(json)
    )
).pipe(Command.withDescription("Measures this code beside its peers, in the same run on this machine"))

/** A failure is told in its own words, without a stack. */
const explained = (cause: Cause.Cause<{ readonly message: string }>) => {
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  // A wrong command line was explained by the presenter.
  if (CliError.isCliError(error)) return Effect.void
  return Console.error(error === undefined ? Cause.pretty(cause) : error.message)
}

Command.run(bench, { version }).pipe(
  Effect.provide([NodeServices.layer, presenterLayer]),
  Effect.tapCause((cause) => (Cause.hasInterruptsOnly(cause) ? Effect.void : explained(cause))),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? 0 : 1)
  })
)

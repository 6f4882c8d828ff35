import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Console, Effect, Exit, Option } from "effect"
import { CliError, Command } from "effect/cli"
import { doctorCommand } from "./doctor.ts"
import { exploreCommand } from "./explore.ts"
import { menuCommand } from "./menu.ts"
import { presenterLayer } from "./presenter.ts"
import { reportsCommand } from "./reports.ts"
import { serveCommand, startUp } from "./serve.ts"
import { simulateCommand } from "./simulate.ts"
import { version } from "./version.ts"
import { weChatCommand } from "./wechat.ts"

const xiaohou = Command.make("xiaohou", {}, () => startUp).pipe(
  Command.withDescription(
    "The WeChat account of a campus. Without a command: serves when WECHAT_TOKEN is set, else a demo with a simulated WeChat."
  ),
  Command.withSubcommands([
    serveCommand,
    doctorCommand,
    menuCommand,
    reportsCommand,
    simulateCommand,
    exploreCommand,
    weChatCommand
  ])
)

/** Carries out the command line of this process and ends it; from here on a signal ends what is under way in good order. */
export const runCommandLine = (): void =>
  Command.run(xiaohou, { version }).pipe(
    Effect.provide([NodeServices.layer, presenterLayer]),
    Effect.tapCause((cause) => (Cause.hasInterruptsOnly(cause) ? Effect.void : explained(cause))),
    NodeRuntime.runMain({
      disableErrorReporting: true,
      // A process that is told to end, and ends, has done well.
      teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? 0 : 1)
    })
  )

/** A failure is told in its own words, without a stack. */
const explained = (cause: Cause.Cause<{ readonly message: string }>) => {
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  // A wrong command line was explained by the presenter.
  if (CliError.isCliError(error)) return Effect.void
  return Console.error(error === undefined ? Cause.pretty(cause) : error.message)
}

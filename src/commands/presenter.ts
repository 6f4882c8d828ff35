import { Console } from "effect"
import { CliOutput } from "effect/cli"

/**
 * For a command line that is not understood: one line on stderr, where the stock presenter prints the whole help. Help that was
 * asked for is the stock one.
 */
export const presenterLayer = CliOutput.layerPresenter({
  present: (event) => {
    switch (event._tag) {
      case "InvalidInvocation":
        return misused(event.commandPath, event.errors.map((error) => oneLine(error.message)).join("; "))
      case "Help": {
        const choices = event.helpDoc.subcommands?.flatMap(({ commands }) => commands.map(({ name }) => name))
        return event.reason === "Requested" || choices === undefined
          ? CliOutput.defaultPresenter.present(event)
          : misused(event.commandPath, `choose one of ${choices.join(", ")}`)
      }
      case "Version":
        return CliOutput.defaultPresenter.present(event)
    }
  }
})

const misused = (path: ReadonlyArray<string>, problem: string) =>
  Console.error(`${path.join(" ")}: ${problem} (--help says more)`)

const oneLine = (message: string): string => message.replace(/\s+/g, " ").trim()

import { Console, Effect, Layer, Option, References, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { stateLayer, weChatLayer } from "../app.ts"
import { WeChatApi } from "../wechat/api.ts"
import { menuDifferences, menuProblems, ourMenu } from "../wechat/menu.ts"
import { settingsFor } from "./settings-from-environment.ts"

/** The live menu is not ours: exit code 1, after the differences were printed. */
export class MenuDiffers extends Schema.TaggedError<MenuDiffers>()("MenuDiffers", {}) {
  override get message() {
    return "the live menu differs"
  }
}

/** The menu breaks a limit of WeChat, or its API cannot be asked. */
export class MenuImpossible extends Schema.TaggedError<MenuImpossible>()("MenuImpossible", {
  problems: Schema.Array(Schema.String)
}) {
  override get message() {
    return this.problems.join("\n")
  }
}

const show = Console.log(JSON.stringify(ourMenu, null, 2))

/** The lines that say what differs from the live menu; none: nothing does. */
const differences = Effect.gen(function* () {
  const api = yield* WeChatApi
  const live = yield* api.menuGet
  return menuDifferences(
    ourMenu,
    Option.getOrElse(live, () => ({ button: [] }))
  )
})

const diff = Effect.gen(function* () {
  const lines = yield* differences
  if (lines.length === 0) return yield* Console.log("The live menu is ours.")
  yield* Console.log(lines.join("\n"))
  return yield* new MenuDiffers()
})

const push = Effect.fnUntraced(function* (dryRun: boolean) {
  const problems = menuProblems(ourMenu)
  if (problems.length > 0) return yield* new MenuImpossible({ problems })
  const lines = yield* differences
  if (lines.length === 0) return yield* Console.log("Nothing to push: the live menu is ours.")
  yield* Console.log(lines.join("\n"))
  if (dryRun) return yield* Console.log("Not pushed: --dry-run.")
  const api = yield* WeChatApi
  yield* api.menuCreate(ourMenu)
  yield* Console.log("Pushed. Phones show it within about five minutes, or at once after following again.")
})

/** Runs a call on the account of the settings. */
const withAccount = <A, E>(call: Effect.Effect<A, E, WeChatApi>) =>
  Effect.gen(function* () {
    const settings = yield* settingsFor("inspect")
    if (settings.weChat.appId === undefined || settings.weChat.appSecret === undefined) {
      return yield* new MenuImpossible({
        problems: ["WECHAT_APP_ID and WECHAT_APP_SECRET are needed to reach the live menu"]
      })
    }
    return yield* call.pipe(
      Effect.provide(weChatLayer(settings.weChat).pipe(Layer.provide(stateLayer(settings)))),
      // A failure ends the command and is told in its last line; stdout holds the answer alone.
      Effect.provideService(References.MinimumLogLevel, "None")
    )
  })

export const menuCommand = Command.make("menu").pipe(
  Command.withDescription("The custom menu"),
  Command.withSubcommands([
    Command.make("show", {}, () => show).pipe(
      Command.withDescription("Print it as JSON for /cgi-bin/menu/create")
    ),
    Command.make("diff", {}, () => withAccount(diff)).pipe(
      Command.withDescription("Print what differs from the live one; exit code 1 when something does")
    ),
    Command.make(
      "push",
      {
        dryRun: Flag.Boolean("dry-run").pipe(
          Flag.withDescription("Only print what would change"),
          Flag.withDefault(false)
        )
      },
      ({ dryRun }) => withAccount(push(dryRun))
    ).pipe(Command.withDescription("Make it the live one"))
  ])
)

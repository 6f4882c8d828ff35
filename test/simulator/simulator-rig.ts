/** The simulator on free loopback ports: API and page served together, calling a bot. */
import { createServer } from "node:http"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Context, Effect, Layer, Redacted } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import type { ConditionsChange } from "../../src/simulator/conditions.ts"
import { simulatorApiRoutes } from "../../src/simulator/api.ts"
import { endPageStreams, firstPhones, simulatorPageRoutes } from "../../src/simulator/phones.ts"
import { Platform } from "../../src/simulator/platform.ts"
import { botAccountId, botToken } from "./tiny-bot.ts"

export const testAppId = "wx0123456789abcdef"
export const testAppSecret = "0123456789abcdef0123456789abcdef"

export interface SimulatorOptions {
  readonly attemptLimitMillis?: number
  readonly phones?: number
  readonly token?: string
  readonly port?: number
  readonly conditions?: ConditionsChange
  /** EncodingAESKey. */
  readonly aesKey?: string
}

/** `callbackUrl`: one address, or several with a space between. */
export const platformLayer = (callbackUrl: string, options: SimulatorOptions = {}) => {
  const [first = callbackUrl, ...others] = callbackUrl.split(" ")
  return Platform.layer({
    callbackUrls: [first, ...others],
    token: Redacted.make(options.token ?? botToken),
    appId: testAppId,
    appSecret: Redacted.make(testAppSecret),
    accountId: botAccountId,
    ...(options.aesKey === undefined ? {} : { aesKey: Redacted.make(options.aesKey) }),
    ...(options.conditions === undefined ? {} : { conditions: options.conditions }),
    ...(options.attemptLimitMillis === undefined ? {} : { attemptLimitMillis: options.attemptLimitMillis })
  }).pipe(Layer.provide(NodeHttpClient.layerUndici))
}

/** A running simulator; lives as long as the scope. */
export const startSimulator = Effect.fnUntraced(function* (
  callbackUrl: string,
  options: SimulatorOptions = {}
) {
  const routes = Layer.mergeAll(simulatorApiRoutes, simulatorPageRoutes())
  const served = Layer.mergeAll(
    HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }),
    endPageStreams,
    firstPhones(options.phones ?? 0)
  ).pipe(
    Layer.provideMerge(platformLayer(callbackUrl, options)),
    Layer.provideMerge(
      NodeHttpServer.layer(() => createServer(), { port: options.port ?? 0, host: "127.0.0.1" })
    )
  )
  const context = yield* Layer.build(served)
  const { address } = Context.get(context, HttpServer.HttpServer)
  return { platform: Context.get(context, Platform), url: HttpServer.formatAddress(address) }
})

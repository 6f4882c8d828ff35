import { type DateTime, Layer, type Redacted } from "effect"
import { FetchHttpClient } from "effect/http"
import { LinkSecret } from "../chat/secret-keys.ts"
import { BindingAttempts } from "./binding-attempts.ts"
import { Bindings } from "./bindings.ts"
import { connectedSchoolLayer } from "./connected-school.ts"
import { CampusGateway } from "./gateway.ts"
import { Links } from "./links.ts"
import { noSchoolLayer } from "./no-school.ts"
import { SchoolData } from "./school-data.ts"

/** What the campus needs to know of the settings. */
export interface CampusSettings {
  readonly campusUrl: string | undefined
  readonly campusAppId: string | undefined
  readonly publicUrl: string
  readonly linkSecret: Redacted.Redacted | undefined
  readonly timeZone: DateTime.TimeZone
}

/** The school on the database, memcached and its gateway; if no gateway is named, the chat says that no school is connected. */
export const campusLayer = (settings: CampusSettings) => {
  const { campusUrl, campusAppId, publicUrl, linkSecret } = settings
  const secret = linkSecret === undefined ? Layer.empty : Layer.succeed(LinkSecret, linkSecret)
  const isConnected = campusUrl !== undefined
  const gateway = isConnected
    ? CampusGateway.layer({ gatewayUrl: campusUrl, appId: campusAppId }).pipe(
        Layer.provide(FetchHttpClient.layer)
      )
    : CampusGateway.layerNone
  const stores = Layer.mergeAll(
    BindingAttempts.layer,
    Bindings.layer,
    Links.layer({ publicUrl }),
    Layer.provide(SchoolData.layer, Bindings.layer)
  ).pipe(Layer.provideMerge(gateway), Layer.provide(secret))
  return (isConnected ? connectedSchoolLayer(settings) : noSchoolLayer).pipe(Layer.provideMerge(stores))
}

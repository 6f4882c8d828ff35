/** The campus gateway: what a school knows about a student, call by call, over HTTP. */
import { Context, Effect, Layer, Metric, Redacted } from "effect"
import { HttpClient } from "effect/http"
import type { Book, FreeRooms, Notice, RunningCount, SchoolTimetable } from "../core/campus-data.ts"
import { makeCircuitBreaker } from "./circuit-breaker.ts"
import {
  booksIn,
  freeRoomsIn,
  jsonObject,
  noticesIn,
  renewalIn,
  runningCountIn,
  timetableIn
} from "./gateway-answers.ts"
import {
  exchange,
  type Fields,
  type GatewayCall,
  type GatewayError,
  GatewayFailed,
  isUnwell,
  paths
} from "./gateway-exchange.ts"

/** Stands for a student at the gateway; as good as a password. */
export type Uuid = Redacted.Redacted

export interface Card {
  readonly number: string
  readonly password: Redacted.Redacted
}

/** Periods of one day, the first and the last included; `date` is `YYYY-MM-DD`. */
export interface RoomSpan {
  readonly date: string
  readonly from: number
  readonly to: number
}

export class CampusGateway extends Context.Service<
  CampusGateway,
  {
    /** Fails with GatewayUnauthorised for a wrong card number or password. */
    readonly signIn: (card: Card) => Effect.Effect<Uuid, GatewayError>
    readonly timetable: (uuid: Uuid) => Effect.Effect<SchoolTimetable, GatewayError>
    readonly notices: (uuid: Uuid) => Effect.Effect<ReadonlyArray<Notice>, GatewayError>
    readonly freeRooms: (uuid: Uuid, span: RoomSpan) => Effect.Effect<FreeRooms, GatewayError>
    readonly books: (uuid: Uuid) => Effect.Effect<ReadonlyArray<Book>, GatewayError>
    /** What the library says about it. */
    readonly renew: (uuid: Uuid, barcode: string) => Effect.Effect<string, GatewayError>
    readonly running: (uuid: Uuid) => Effect.Effect<RunningCount, GatewayError>
  }
>()("xiaohou/campus/CampusGateway") {
  /** No school is connected: nothing is asked, and nothing answered. */
  static readonly layerNone: Layer.Layer<CampusGateway> = Layer.sync(CampusGateway, () =>
    service(unconnected)
  )

  /** `gatewayUrl` without a slash at the end. */
  static readonly layer = (options: {
    readonly gatewayUrl: string
    readonly appId: string | undefined
  }): Layer.Layer<CampusGateway, never, HttpClient.HttpClient> =>
    Layer.effect(
      CampusGateway,
      Effect.map(HttpClient.HttpClient, (client) =>
        service((call, fields) => exchange(client, options.gatewayUrl, call, fields), options.appId)
      )
    )
}

/** Calls to the gateway by what became of them: `ok`, `refreshing`, `unauthorised`, or the reason why there is no answer. */
const gatewayCallsTotal = Metric.counter("campus_calls_total", {
  description: "Calls to the campus gateway, by call and outcome",
  incremental: true
})

/** Enough for all rooms of a campus in one answer. */
const roomsPerPage = 200

type Exchange = (call: GatewayCall, fields: Fields) => Effect.Effect<string, GatewayError>

const unconnected: Exchange = (call) => Effect.fail(new GatewayFailed({ call, reason: "network" }))

const service = (exchanged: Exchange, appId?: string) => {
  const calls = Object.keys(paths) as ReadonlyArray<GatewayCall>
  const breakers = new Map(
    calls.map((call) => [
      call,
      makeCircuitBreaker<GatewayError>(isUnwell, new GatewayFailed({ call, reason: "resting" }))
    ])
  )

  /** Makes a call, and reads its answer with `read`; an answer that `read` does not understand counts as a failure of the gateway. */
  const ask = <A>(
    call: GatewayCall,
    fields: Fields,
    read: (text: string) => A | undefined
  ): Effect.Effect<A, GatewayError> => {
    const asked = Effect.flatMap(exchanged(call, fields), (text) => {
      const answer = read(text)
      return answer === undefined
        ? Effect.fail(new GatewayFailed({ call, reason: "answer not understood" }))
        : Effect.succeed(answer)
    })
    return counted(call, breakers.get(call)?.(asked) ?? asked)
  }

  return CampusGateway.of({
    signIn: ({ number, password }) => ask("signIn", { appid: appId, user: number, password }, uuidIn),
    timetable: (uuid) => ask("timetable", { uuid }, fromJson(timetableIn)),
    notices: (uuid) => ask("notices", { uuid }, fromJson(noticesIn)),
    freeRooms: (uuid, { date, from, to }) =>
      ask(
        "freeRooms",
        {
          uuid,
          date,
          startSequence: String(from),
          endSequence: String(to),
          page: "1",
          pageSize: String(roomsPerPage)
        },
        fromJson(freeRoomsIn)
      ),
    books: (uuid) => ask("books", { uuid }, fromJson(booksIn)),
    renew: (uuid, barcode) => ask("renew", { uuid, barcode }, renewalIn),
    running: (uuid) => ask("running", { uuid }, fromJson(runningCountIn))
  })
}

const fromJson =
  <A>(read: (json: Readonly<Record<string, unknown>>) => A | undefined) =>
  (text: string): A | undefined => {
    const json = jsonObject(text)
    return json === undefined ? undefined : read(json)
  }

/** The uuid is the whole body: 40 digits in the original. */
const uuidIn = (text: string): Uuid | undefined => {
  const uuid = text.trim().replace(/^"(.*)"$/u, "$1")
  return /^[\w-]{8,128}$/u.test(uuid) ? Redacted.make(uuid) : undefined
}

const counted = <A>(call: GatewayCall, asked: Effect.Effect<A, GatewayError>) =>
  asked.pipe(
    Effect.tap(() => count(call, "ok")),
    Effect.tapError((error) => count(call, outcomeOf(error)))
  )

const outcomeOf = (error: GatewayError): string => {
  switch (error._tag) {
    case "GatewayUnauthorised":
      return "unauthorised"
    case "GatewayRefreshing":
      return "refreshing"
    case "GatewayFailed":
      return error.reason
  }
}

const count = (call: GatewayCall, outcome: string) =>
  Metric.update(Metric.withAttributes(gatewayCallsTotal, { call, outcome }), 1)

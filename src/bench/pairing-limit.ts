/**
 * The limit: how fast memcached carries out the operations of our pairs if nothing has to be decided. The packets are written
 * before the clock runs, in waves as large as those of our presses and in the same two steps; then each is sent when the one
 * before it is done. Without waiting for each step, or with more processes, more is possible.
 */
import { connect, type Socket } from "node:net"
import { Clock, Effect, type Scope } from "effect"
import { keys, ttlSeconds } from "../chat/keys.ts"
import type { Openid } from "../core/openid.ts"
import type { Room, RoomId, WriteId } from "../core/room.ts"
import { type Session, stateNumbers } from "../core/session.ts"
import {
  headerBytes,
  mostRequestBytes,
  nothing,
  opcodes,
  quietForms,
  type Request,
  storeExtras,
  writeRequest
} from "../memcached/binary-protocol.ts"
import { type Contender, openids, type People, type Round } from "./contender.ts"
import { processorMicros } from "./processor-time.ts"
import { percentile } from "./rows.ts"

export const pairingLimit = (port: number): Effect.Effect<Contender, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const socket = yield* Effect.acquireRelease(connected(port), (socket) =>
      Effect.sync(() => socket.destroy())
    )
    const millis = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

    const press = async (people: People, inFlight: number): Promise<Round> => {
      const everybody = openids(people)
      const waves: Array<ReadonlyArray<Buffer>> = []
      for (let start = 0; start < everybody.length; start += inFlight) {
        waves.push(stepsOf(everybody.slice(start, start + inFlight)))
      }
      const millisToPair: Array<number> = []
      const startMillis = millis()
      const startMicros = processorMicros()
      for (const wave of waves) {
        const pressedAt = millis()
        // oxlint-disable-next-line no-await-in-loop -- one step after another
        for (const packet of wave) await carriedOut(socket, packet)
        millisToPair.push(millis() - pressedAt)
      }
      return {
        pairs: Math.floor(everybody.length / 2),
        seconds: (millis() - startMillis) / 1_000,
        processorMicros: processorMicros() - startMicros,
        requests: requestsOfPair * Math.floor(everybody.length / 2),
        medianMillis: percentile(millisToPair, 0.5),
        p99Millis: percentile(millisToPair, 0.99)
      }
    }
    return {
      press: (people, inFlight) => Effect.promise(() => press(people, inFlight)),
      wait: () => onlyPairs,
      forget: () => onlyPairs,
      crowd: () => onlyPairs
    } satisfies Contender
  })

const onlyPairs = Effect.die(new Error("the limit makes pairs and nothing else"))

const connected = (port: number): Effect.Effect<Socket> =>
  Effect.promise(
    () =>
      new Promise<Socket>((resolve, reject) => {
        const socket = connect(port, "127.0.0.1", () => resolve(socket.setNoDelay(true)))
        socket.once("error", reject)
      })
  )

/** If all requests of a packet come out as usual, only its end is answered. */
const carriedOut = (socket: Socket, packet: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once("data", (answer: Buffer) => {
      if (answer.length === headerBytes) resolve()
      else reject(new Error("a pair of the limit did not come out as is usual"))
    })
    socket.write(packet)
  })

/** What our matchmaker asks if these newcomers press, two by two: where they go, and the room. */
const stepsOf = (people: ReadonlyArray<Openid>): ReadonlyArray<Buffer> => {
  const pairs: Array<readonly [Openid, Openid]> = []
  for (let place = 0; place + 1 < people.length; place += 2) {
    pairs.push([people[place] as Openid, people[place + 1] as Openid])
  }
  return [
    packetOf(
      pairs.flatMap(([one, other]) => [
        adding(keys.session(one), JSON.stringify(sessionWith(one, other)), ttlSeconds.chat),
        adding(keys.session(other), JSON.stringify(sessionWith(one, one)), ttlSeconds.chat)
      ])
    ),
    packetOf(
      pairs.map(([one, other]) =>
        adding(keys.room(roomOf(one)), JSON.stringify(roomWith(one, other)), ttlSeconds.chat)
      )
    )
  ]
}

const requestsOfPair = 3

/** As long as the names that the matchmaker draws. */
const nameLength = 22
const roomOf = (opener: Openid): RoomId => opener.slice(-nameLength) as RoomId
const markOf = (opener: Openid): WriteId => opener.slice(-nameLength) as WriteId

const sessionWith = (opener: Openid, partner: Openid): Session => ({
  state: stateNumbers.paired,
  room: roomOf(opener),
  partner,
  writtenBy: markOf(opener)
})

const roomWith = (opener: Openid, joiner: Openid): Room => ({
  _tag: "Open",
  opener,
  joiner,
  sinceMillis,
  writtenBy: markOf(opener)
})

/** A time with as many digits as those of today. */
const sinceMillis = 1_700_000_000_000

const requestOf = (opcode: number, key: string): Request => ({
  opcode,
  key,
  extras: nothing,
  value: "",
  version: undefined
})

const adding = (key: string, value: string, seconds: number): Request => ({
  ...requestOf(opcodes.add, key),
  extras: storeExtras(seconds),
  value
})

const packetOf = (requests: ReadonlyArray<Request>): Buffer => {
  const all = [...requests, requestOf(opcodes.noop, "")]
  const bytes = Buffer.allocUnsafe(all.reduce((sum, request) => sum + mostRequestBytes(request), 0))
  let end = 0
  for (const request of all) {
    end = writeRequest(bytes, end, quietForms.get(request.opcode)?.opcode ?? request.opcode, 0, request)
  }
  return bytes.subarray(0, end)
}

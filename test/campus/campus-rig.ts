/** The campus over a fake gateway on loopback, at a time that the test chooses. */
import { Clock, DateTime, Effect, Layer, Logger, Redacted } from "effect"
import { campusLayer } from "../../src/campus/campus-layer.ts"
import { Campus } from "../../src/chat/campus.ts"
import type { CampusQuestion } from "../../src/core/campus-question.ts"
import { Openid } from "../../src/core/openid.ts"
import { word } from "../../src/core/wording.ts"
import { Database } from "../../src/database/database.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { MemoryStore } from "../../src/memcached/memory-store.ts"
import { bindTo } from "./bound.ts"
import { fakeGateway, uuid } from "./fake-gateway.ts"
import { schoolAnswers } from "./fake-school.ts"

export const student = Openid.make("oStudentOpenidOfTests")
export const publicUrl = "https://chat.example.edu"

export const startRig = Effect.fnUntraced(function* (localTime = "2026-11-24T08:30") {
  const gateway = yield* fakeGateway(schoolAnswers)
  const store = new MemoryStore()
  const clock = yield* shiftedClock
  clock.setTo(localTime)
  const logged: Array<string> = []
  const logger = Logger.make((entry) => void logged.push(Logger.formatJson.log(entry)))
  const layer = campusLayer({
    campusUrl: gateway.url,
    campusAppId: "app",
    publicUrl,
    linkSecret: Redacted.make("a secret for links"),
    timeZone: DateTime.zoneMakeNamedUnsafe("Asia/Shanghai")
  }).pipe(
    Layer.provideMerge(Layer.merge(Memcached.layerStore(store), Database.layerMemory)),
    Layer.provideMerge(Layer.succeed(Clock.Clock, clock.clock)),
    Layer.provideMerge(Logger.layer([logger]))
  )
  const context = yield* Layer.build(layer)
  const run = <A, E>(effect: Effect.Effect<A, E, Layer.Success<typeof layer>>) =>
    Effect.provideContext(effect, context)
  const bind = (openid = student, as = uuid) => Effect.orDie(run(bindTo(openid, as)))
  const ask = (question: CampusQuestion | CampusQuestion["button"], openid = student) =>
    run(
      Campus.use((campus) =>
        campus.answer(openid, typeof question === "string" ? { button: question } : question)
      )
    ).pipe(Effect.map((sentences) => sentences.map(word).join("\n")))
  return { gateway, store, clock, logged, context, run, bind, ask }
})

/** Real time, begun at another hour. */
const shiftedClock = Effect.clockWith((real) =>
  Effect.sync(() => {
    let shiftMillis = 0
    const clock: Clock.Clock = {
      sleep: (duration) => real.sleep(duration),
      currentTimeNanos: real.currentTimeNanos,
      currentTimeNanosUnsafe: () => real.currentTimeNanosUnsafe(),
      monotonicTimeNanos: real.monotonicTimeNanos,
      monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
      currentTimeMillisUnsafe: () => real.currentTimeMillisUnsafe() + shiftMillis,
      currentTimeMillis: Effect.map(real.currentTimeMillis, (millis) => millis + shiftMillis)
    }
    /** By the clock of the school. */
    const setTo = (localTime: string) => {
      shiftMillis = Date.parse(`${localTime}:00+08:00`) - real.currentTimeMillisUnsafe()
    }
    return { clock, setTo }
  })
)

/** What goes wrong on purpose between the simulated WeChat and the service: rules, and which of them strikes next. */
import { Effect, Random, Schema } from "effect"

/** How often a rule strikes: by chance (`share`, all when absent) and at most so often (`times`, no end when absent). */
const often = {
  share: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  times: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 })))
}

/** No fault waits longer than this. */
const maxDelayMillis = 60_000
const millis = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: maxDelayMillis }))

/**
 * On the way from WeChat to the service. `what`: only this kind of message or event.
 * `slow` the request is on its way for `millis` · `lose-request` it never arrives · `lose-answer` the answer is lost ·
 * `twice` it arrives twice at once · `elsewhere` it goes to the next of several addresses.
 */
export const CallbackFault = Schema.Union([
  Schema.Struct({
    fault: Schema.Literal("slow"),
    millis,
    what: Schema.optionalKey(Schema.String),
    ...often
  }),
  Schema.Struct({
    fault: Schema.Literals(["lose-request", "lose-answer", "twice", "elsewhere"]),
    what: Schema.optionalKey(Schema.String),
    ...often
  })
])
export type CallbackFault = typeof CallbackFault.Type

/**
 * In the calls of the service to WeChat. `path`: only this one, such as `message/custom/send`.
 * `refuse` WeChat answers `errcode` and does nothing · `slow-api` it answers late · `bad-gateway` HTTP 502, nothing done ·
 * `lose-result` it is done, and the answer is HTTP 502.
 */
export const ApiFault = Schema.Union([
  Schema.Struct({
    fault: Schema.Literal("refuse"),
    errcode: Schema.Int,
    path: Schema.optionalKey(Schema.String),
    ...often
  }),
  Schema.Struct({
    fault: Schema.Literal("slow-api"),
    millis,
    path: Schema.optionalKey(Schema.String),
    ...often
  }),
  Schema.Struct({
    fault: Schema.Literals(["bad-gateway", "lose-result"]),
    path: Schema.optionalKey(Schema.String),
    ...often
  })
])
export type ApiFault = typeof ApiFault.Type

export const Fault = Schema.Union([CallbackFault, ApiFault])
export type Fault = typeof Fault.Type

export const faultNames: ReadonlyArray<Fault["fault"]> = Fault.members.flatMap(({ members }) =>
  members.flatMap(({ fields }) =>
    "literals" in fields.fault ? [...fields.fault.literals] : [fields.fault.literal]
  )
)

/** Nobody can oversee more rules than this. */
const maxFaults = 100
export const FaultPlan = Schema.Array(Fault).check(Schema.isMaxLength(maxFaults))
export type FaultPlan = typeof FaultPlan.Type

/**
 * Draws what strikes next; counts how often each rule has struck and tells the counts in the order of the rules. A new plan
 * starts with new counts.
 */
export const makeFaults = (tellStruck: (counts: ReadonlyArray<number>) => void = () => {}) => {
  let plan: FaultPlan = []
  let struck = new Map<Fault, number>()

  /** All rules that fit and that chance picks now. */
  const draw = <A extends Fault>(fits: (fault: Fault) => fault is A): Effect.Effect<ReadonlyArray<A>> =>
    Effect.filter(
      plan.filter(fits).filter((fault) => (struck.get(fault) ?? 0) < (fault.times ?? Infinity)),
      (fault) =>
        Effect.map(Random.next, (chance) => {
          if (chance >= (fault.share ?? 1)) return false
          struck.set(fault, (struck.get(fault) ?? 0) + 1)
          tellStruck(plan.map((one) => struck.get(one) ?? 0))
          return true
        })
    )

  return {
    set: (next: FaultPlan): void => {
      plan = next
      struck = new Map()
      tellStruck([])
    },
    onCallback: (what: string): Effect.Effect<ReadonlyArray<CallbackFault>> =>
      draw(
        (fault): fault is CallbackFault =>
          isCallbackFault(fault) && (fault.what === undefined || fault.what === what)
      ),
    onCall: (path: string): Effect.Effect<ReadonlyArray<ApiFault>> =>
      draw(
        (fault): fault is ApiFault =>
          !isCallbackFault(fault) && (fault.path === undefined || `/cgi-bin/${fault.path}` === path)
      )
  }
}

export type Faults = ReturnType<typeof makeFaults>

const callbackFaults: ReadonlySet<string> = new Set([
  "slow",
  "lose-request",
  "lose-answer",
  "twice",
  "elsewhere"
] satisfies ReadonlyArray<CallbackFault["fault"]>)

const isCallbackFault = (fault: Fault): fault is CallbackFault => callbackFaults.has(fault.fault)

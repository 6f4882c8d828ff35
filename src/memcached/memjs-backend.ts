/** The operations over real servers: which server has the key, what to ask, what its answer means. */
import { Effect, Exit, HashRing, Option, PrimaryKey, Redacted, type Scope } from "effect"
import {
  type Reader,
  readCount,
  readDone,
  readText,
  readValue,
  readVersioned,
  readYesUnless,
  versionBytes,
  versionGeneration
} from "./answers.ts"
import type { Asked, Backend, Failure, Operation, ServerHealth, Versioned, Write } from "./backend.ts"
import { countExtras, nothing, opcodes, statuses, storeExtras } from "./binary-protocol.ts"
import { largestValueBytes } from "./item-rules.ts"
import type { Outcome } from "./memjs-connection.ts"
import { type OperationMeter, type OperationOutcome, operationMeter } from "./operation-meter.ts"
import { ServerLink, tickMillis } from "./server-link.ts"

export interface MemjsOptions {
  /** At least one. */
  readonly servers: ReadonlyArray<{ readonly host: string; readonly port: number }>
  /** SASL PLAIN, used when both are there. */
  readonly username?: string | undefined
  readonly password?: Redacted.Redacted | undefined
}

/** Lives as long as its scope; then every connection is closed. */
export const memjsBackend: (options: MemjsOptions) => Effect.Effect<Backend, never, Scope.Scope> =
  Effect.fnUntraced(function* (options) {
    const links = yield* Effect.acquireRelease(
      Effect.sync(() =>
        options.servers.map((server) => new RingLink({ ...server, ...credentials(options) }))
      ),
      (links) => Effect.sync(() => links.forEach((link) => link.close()))
    )
    const meter = yield* operationMeter
    yield* Effect.sleep(tickMillis).pipe(
      Effect.andThen(Effect.sync(() => links.forEach((link) => link.tick()))),
      Effect.forever,
      Effect.forkScoped
    )
    return overLinks(links, meter)
  })

class RingLink extends ServerLink implements PrimaryKey.PrimaryKey {
  [PrimaryKey.symbol](): string {
    return this.address
  }
}

const credentials = ({ username, password }: MemjsOptions) => ({
  username,
  password: password === undefined ? undefined : Redacted.value(password)
})

interface Ask<A> {
  readonly operation: Operation
  readonly opcode: number
  readonly key: string
  readonly read: Reader<A>
  readonly extras?: Buffer
  readonly value?: string
  /** As `gets` gave it. */
  readonly version?: string | undefined
  /** The answer when the version is from an earlier connection. */
  readonly outdated?: A
}

const overLinks = (links: ReadonlyArray<RingLink>, meter: OperationMeter): Backend => {
  const [first] = links
  if (first === undefined) throw new Error("memcached needs at least one server")
  const ring = HashRing.make<RingLink>()
  HashRing.addMany(ring, links)
  const linkOf = (key: string): RingLink => (links.length === 1 ? first : (HashRing.get(ring, key) ?? first))

  const submit = <A>(link: ServerLink, ask: Ask<A>, settle: (exit: Exit.Exit<A, Failure>) => void) => {
    const startSeconds = meter.seconds()
    link.submit({
      opcode: ask.opcode,
      key: ask.key,
      extras: ask.extras ?? nothing,
      value: ask.value ?? "",
      version: ask.version === undefined ? undefined : versionBytes(ask.version),
      generation: ask.version === undefined ? undefined : versionGeneration(ask.version),
      deadlineTick: 0,
      sequence: 0,
      quiet: undefined,
      settle: (outcome) => {
        const exit = meaning(outcome, ask)
        meter.record(ask.operation, Exit.isSuccess(exit) ? "done" : label(outcome), startSeconds)
        settle(exit)
      }
    })
  }
  const askLink = <A>(link: ServerLink, ask: Ask<A>): Effect.Effect<A, Failure> =>
    Effect.callback((resume) => submit(link, ask, resume))
  const ask = <A>(question: Ask<A>): Effect.Effect<A, Failure> => askLink(linkOf(question.key), question)

  /** One fiber waits for all of them. */
  const askAll = <A>(questions: ReadonlyArray<Ask<A>>): Effect.Effect<ReadonlyArray<Exit.Exit<A, Failure>>> =>
    questions.length === 0
      ? Effect.succeed([])
      : Effect.callback((resume) => {
          const exits: Array<Exit.Exit<A, Failure>> = []
          let open = questions.length
          questions.forEach((question, place) =>
            submit(linkOf(question.key), question, (exit) => {
              exits[place] = exit
              open -= 1
              if (open === 0) resume(Effect.succeed(exits))
            })
          )
        })

  const get = (key: string) => ask(asGet(key))
  const append = (key: string, value: string) =>
    ask({ operation: "append", opcode: opcodes.append, key, value, read: appended })

  return {
    addressOf: (key) => linkOf(key).address,
    get,
    gets: (key) => ask(asGets(key)),
    set: (key, value, ttlSeconds) => ask(asSet(key, value, ttlSeconds)),
    add: (key, value, ttlSeconds) => ask(asWrite({ key, value, ttlSeconds })),
    cas: (key, value, version, ttlSeconds) => ask(asWrite({ key, value, version, ttlSeconds })),
    writeAll: (writes) => askAll(writes.map(asWrite)),
    askAll: (asked) => askAll<unknown>(asked.map(asAsk)),
    delete: (key, version) =>
      ask({ operation: "delete", opcode: opcodes.delete, key, version, read: unchanged, outdated: false }),
    append: (key, value) =>
      Effect.flatMap(append(key, value), (appended) =>
        appended ? Effect.succeed(true) : whyNotAppended(value, get(key), append(key, value))
      ),
    increment: (key, by, initial, ttlSeconds) => ask(asIncrement(key, by, initial, ttlSeconds)),
    servers: Effect.forEach(
      links,
      (link) =>
        Effect.match(
          askLink(link, { operation: "version", opcode: opcodes.version, key: "", read: readText }),
          {
            onSuccess: (version): ServerHealth => ({ address: link.address, healthy: true, version }),
            onFailure: (failure): ServerHealth => ({
              address: link.address,
              healthy: false,
              problem: failure._tag === "Refused" ? failure.status : failure.problem
            })
          }
        ),
      { concurrency: "unbounded" }
    )
  }
}

const asGet = (key: string): Ask<Option.Option<string>> => ({
  operation: "get",
  opcode: opcodes.getWithKey,
  key,
  read: readValue
})

const asGets = (key: string): Ask<Option.Option<Versioned>> => ({
  operation: "gets",
  opcode: opcodes.getWithKey,
  key,
  read: readVersioned
})

const asSet = (key: string, value: string, ttlSeconds: number): Ask<void> => ({
  operation: "set",
  opcode: opcodes.set,
  key,
  value,
  extras: storeExtras(ttlSeconds),
  read: readDone
})

const asIncrement = (key: string, by: number, initial: number, ttlSeconds: number): Ask<number> => ({
  operation: "increment",
  opcode: opcodes.increment,
  key,
  extras: countExtras(by, initial, ttlSeconds),
  read: readCount
})

const asAsk = (asked: Asked): Ask<unknown> => {
  switch (asked.operation) {
    case "get":
      return asGet(asked.key)
    case "gets":
      return asGets(asked.key)
    case "set":
      return asSet(asked.key, asked.value, asked.ttlSeconds)
    case "add":
    case "cas":
      return asWrite(asked)
    case "increment":
      return asIncrement(asked.key, asked.by, asked.initial, asked.ttlSeconds)
  }
}

const asWrite = ({ key, value, version, ttlSeconds }: Write): Ask<boolean> => {
  const extras = storeExtras(ttlSeconds)
  return version === undefined
    ? { operation: "add", opcode: opcodes.add, key, value, extras, read: added }
    : { operation: "cas", opcode: opcodes.set, key, value, version, extras, read: unchanged, outdated: false }
}

const added = readYesUnless(statuses.exists)
const appended = readYesUnless(statuses.notStored)
const unchanged = readYesUnless(statuses.exists, statuses.notFound)

/** Memcached answers an append with the same "not stored" whether the item is absent or the sum too large. */
const whyNotAppended = Effect.fnUntraced(function* (
  value: string,
  get: Effect.Effect<Option.Option<string>, Failure>,
  appendAgain: Effect.Effect<boolean, Failure>
) {
  const item = yield* get
  if (Option.isNone(item)) return false
  if (Buffer.byteLength(item.value) + Buffer.byteLength(value) > largestValueBytes) {
    return yield* Effect.fail<Failure>({ _tag: "Refused", status: "ValueTooLarge" })
  }
  // Somebody may have added it in between.
  if (yield* appendAgain) return true
  return yield* Effect.fail<Failure>({ _tag: "Refused", status: "OutOfMemory" })
})

const meaning = <A>(outcome: Outcome, ask: Ask<A>): Exit.Exit<A, Failure> => {
  switch (outcome._tag) {
    case "Answered":
      return ask.read(outcome.reply, outcome.generation)
    case "Outdated":
      return ask.outdated === undefined
        ? Exit.die(new Error("a version without an answer for outdated ones"))
        : Exit.succeed(ask.outdated)
    default:
      return Exit.fail(outcome)
  }
}

const label = (outcome: Outcome): OperationOutcome =>
  outcome._tag === "Unavailable" ? "unavailable" : outcome._tag === "Unanswered" ? "unanswered" : "refused"

/** The judge of a long run: hears of everything as it happens, and forgets what is settled. */
import { keys } from "../chat/keys.ts"
import type { Openid } from "../core/openid.ts"
import type { RoomId } from "../core/room.ts"
import { word } from "../core/wording.ts"
import type { MemoryStore } from "../memcached/memory-store.ts"
import { defaults } from "../setting-values.ts"
import type { Action } from "./action.ts"
import type { Violation } from "./invariants.ts"
import { LineBook } from "./line-book.ts"
import { PairBook } from "./pair-book.ts"
import type { Received } from "./simulated-followers.ts"
import { readRoom, readSession, roomPrefix } from "./state-history.ts"
import { restMillis, Suspicions } from "./suspicions.ts"
import { type Belief, readBubble, toldWrongly } from "./told.ts"
import { WaitingPeople } from "./waiting-people.ts"
import { inCalm, inTrouble, WaitingRooms } from "./waiting-rooms.ts"
import { WaitingTimes } from "./waiting-times.ts"

export class RunningJudge {
  readonly violations: Array<Violation> = []
  readonly waits = new WaitingTimes()
  readonly pairs = new PairBook()
  readonly lines: LineBook
  answered = 0
  unanswered = 0
  readonly #waiting = new WaitingRooms()
  readonly #waitingPeople = new WaitingPeople()
  readonly #suspicions = new Suspicions()
  /** Users who had two actions under way at once, or left with one: what they read may come in any order. */
  readonly #muddles = new Suspicions()
  readonly #beliefs = new Map<Openid, Belief>()
  /** When each user began to look, as far as they know. */
  readonly #askedMillis = new Map<Openid, number>()
  readonly #underWay = new Map<Openid, Set<Action>>()
  readonly #cast = new Set<Openid>()
  #sharedFaultMillis = Number.NEGATIVE_INFINITY
  readonly #store: MemoryStore
  readonly #now: () => number

  constructor(store: MemoryStore, now: () => number) {
    this.#store = store
    this.#now = now
    this.lines = new LineBook(this.pairs, this.#suspicions)
  }

  acts(action: Action): void {
    const { user, input } = action
    this.#cast.add(user)
    const underWay = this.#underWay.get(user) ?? new Set()
    this.#underWay.set(user, underWay.add(action))
    if (underWay.size > 1) this.#muddles.mark(user, this.#now())
    if (input._tag === "Say") this.lines.written(action, input.text)
    if (input._tag === "Unfollow") this.#unfollows(user)
    if (input._tag === "Press" && looks.has(input.button) && this.#beliefOf(user) !== "looking")
      this.#askedMillis.set(user, action.begunAtMillis)
  }

  hears(action: Action): void {
    this.answered += 1
    this.#ends(action)
    if (action.input._tag === "Say") this.lines.answered(action, action.input.text)
    const { user } = action
    if (this.#hasMail(user)) return
    for (const settled of [this.#suspicions.settles(action), this.#muddles.settles(action)].flat()) {
      this.#beliefs.set(settled, "unknown")
      this.#waitingPeople.reads(settled, false, this.#now())
    }
  }

  /** WeChat gave up sending an action. */
  gaveUp(action: Action): void {
    this.unanswered += 1
    this.#ends(action)
    this.suspect(action.user)
  }

  sees({ by, content, button, asking }: Received): void {
    if (content._tag !== "Text") return
    this.violations.push(...this.lines.received(by, content.text, this.#now()))
    const before = this.#beliefOf(by)
    const { belief, wrongs } = readBubble(before, {
      text: content.text,
      ...(button === undefined ? {} : { answers: button }),
      ...(asking === undefined ? {} : { asking })
    })
    this.#beliefs.set(by, belief)
    this.#waitingPeople.reads(by, belief === "looking", this.#now())
    if (this.#suspicions.has(by) || this.#muddles.has(by)) return
    this.violations.push(...wrongs.map((facts) => toldWrongly(by, facts)))
    this.#measure(
      by,
      content.text.includes(pairMade),
      before !== belief || (button !== undefined && looks.has(button))
    )
  }

  /** A wait is over when the pair is announced; a user who was shown the pair that they are in did not wait. */
  #measure(by: Openid, paired: boolean, over: boolean): void {
    const asked = this.#askedMillis.get(by)
    if (asked !== undefined && paired) this.waits.add(this.#now() - asked)
    if (paired || (over && this.#beliefOf(by) !== "looking")) this.#askedMillis.delete(by)
  }

  /** An item of memcached was written, or is gone. */
  written(key: string): void {
    if (!key.startsWith(roomPrefix)) return
    const now = this.#now()
    const id = key.slice(roomPrefix.length) as RoomId
    const room = readRoom(this.#store, key, now)
    this.#waiting.observe(id, room, now)
    this.violations.push(
      ...this.pairs.observe(
        id,
        room,
        now,
        (user) => this.#suspicions.has(user),
        (user, pair) => readSession(this.#store, user, now)?.room === pair
      )
    )
  }

  /** A fault touched what concerns a user: the partner is concerned as well. */
  suspect(user: Openid): void {
    const now = this.#now()
    const partner = this.pairs.lastPartnerOf(user)
    this.#suspicions.mark(user, now, partner)
    if (partner !== undefined) this.#suspicions.mark(partner, now, user)
  }

  /** A fault touched an item, or a push: the user it belongs to is concerned. */
  suspectItem(key: string): void {
    const [kind = "", name] = key.split(":")
    if (shared.has(kind)) this.suspectShared()
    else if (name === undefined || ofUsers.has(kind)) this.suspect((name ?? key) as Openid)
    else if (kind === "room") for (const user of this.pairs.membersOf(name as RoomId)) this.suspect(user)
  }

  /** A fault touched what all share: a server, the lobby, the agenda. A waiting user may wait until all is repaired. */
  suspectShared(): void {
    this.#sharedFaultMillis = this.#now()
  }

  /** Everybody whose action a server works on. */
  suspectActing(server: number): void {
    for (const [user, actions] of this.#underWay) {
      for (const action of actions) if (action.server === server) this.suspect(user)
    }
  }

  suspectEverybody(): void {
    for (const user of this.#cast) this.#suspicions.mark(user, this.#now())
  }

  /** Every few seconds: whether people wait who should not. */
  checkWaiting(): void {
    const now = this.#now()
    const patience = this.#sharedFaultMillis + restMillis > now ? inTrouble : inCalm
    const roomOf = (user: Openid) => readSession(this.#store, user, now)?.room
    const hit = (user: Openid) => this.#suspicions.hitSince(user, now - restMillis)
    const unclear = (user: Openid) =>
      this.#suspicions.has(user) || this.#muddles.has(user) || this.#underWay.has(user) || this.#hasMail(user)
    this.violations.push(
      ...this.#waiting.check(now, patience, roomOf, hit),
      ...this.#waitingPeople.check(now, defaults.pairingTimeoutMillis + patience.overdueMillis, unclear)
    )
  }

  /** From time to time, and at the end: what should have happened by then. */
  check(): void {
    const now = this.#now()
    this.violations.push(
      ...this.lines.check(
        now,
        (user, text) => this.#store.read(mailPrefix + user, now)?.value.includes(`"${text}"`) === true
      )
    )
  }

  /** Some users, and with whom they were in a pair in the last minutes. */
  companyOf(users: ReadonlyArray<Openid>): ReadonlySet<Openid> {
    const now = this.#now()
    const partners = users.flatMap((user) => this.pairs.partnersOf(user, now - companyMillis, now))
    return new Set([...users, ...partners])
  }

  #hasMail(user: Openid): boolean {
    return this.#store.read(mailPrefix + user, this.#now()) !== undefined
  }

  #beliefOf(user: Openid): Belief {
    return this.#beliefs.get(user) ?? "nothing"
  }

  #ends(action: Action): void {
    const underWay = this.#underWay.get(action.user)
    underWay?.delete(action)
    if (underWay?.size === 0) this.#underWay.delete(action.user)
  }

  // What waited for a user who unfollows is thrown away, and no notice comes any more.
  #unfollows(user: Openid): void {
    this.#suspicions.mark(user, this.#now())
    this.#waitingPeople.reads(user, false, this.#now())
  }
}

/** A partner from longer ago has nothing to do with what goes wrong. */
const companyMillis = 300_000

/** Kinds of items (`keys.ts`) that belong to one user, and those that belong to all. A push is named by its receiver alone. */
const ofUsers: ReadonlySet<string> = new Set(["s", "mail", "mail-lock", "quota"])
const shared: ReadonlySet<string> = new Set([keys.lobby, "lobby-base", keys.sweep, "due"])

const mailPrefix = "mail:"

const pairMade = word({ _tag: "PairMade" })

const looks: ReadonlySet<string> = new Set(["配对", "更换"])

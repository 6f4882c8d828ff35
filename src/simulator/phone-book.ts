/** Everything the simulated WeChat shows: phones, the menu, the wire; and a numbered stream of what changes in it. */
import { Clock, Effect, PubSub, Stream } from "effect"
import type { Conditions } from "./conditions.ts"
import type { Menu } from "./menu.ts"
import type { PhoneAct } from "./phone-act.ts"
import { newPhone, withBubble, type Bubble, type BubbleContent, type Phone } from "./phone.ts"
import { wireHistoryEntries, type WireEntry } from "./wire.ts"

/** One change; `number` counts up by one, so that a reader sees when it missed some. */
export interface NumberedChange {
  readonly number: number
  readonly change: Change
}

export type Change =
  | { readonly type: "snapshot"; readonly snapshot: Snapshot }
  | { readonly type: "phone"; readonly phone: PhoneFacts }
  | { readonly type: "bubble"; readonly openid: string; readonly bubble: Bubble }
  | { readonly type: "menu"; readonly menu: Menu | null }
  | { readonly type: "wire"; readonly entry: WireEntry }
  | { readonly type: "conditions"; readonly conditions: Conditions }
  /** How often each fault of the conditions has struck, in their order. */
  | { readonly type: "struck"; readonly counts: ReadonlyArray<number> }
  | { readonly type: "act"; readonly act: DoneAct }
  | { readonly type: "end" }

/** Something that the owner of a phone did. `atOnce`: without waiting for the outcome of their earlier acts. */
export interface DoneAct {
  readonly openid: string
  readonly does: PhoneAct
  readonly atMillis: number
  readonly atOnce: boolean
}

/** A phone without its conversation. */
export type PhoneFacts = Omit<Phone, "bubbles">

export interface Snapshot {
  readonly accountName: string
  readonly nowMillis: number
  readonly phones: ReadonlyArray<Phone>
  readonly menu: Menu | null
  readonly wire: ReadonlyArray<WireEntry>
  readonly conditions: Conditions
  /** How often each fault of the conditions has struck; none, where the list is shorter. */
  readonly struck: ReadonlyArray<number>
  /** Whether the account has a key; without one all messages are plain. */
  readonly sealable: boolean
}

/** A browser that falls this far behind reads everything anew. */
const changesKept = 1024

/** Menu ids have nine digits (protocol notes 2.4 name the element only). */
const firstMenuId = 415_183_525

export type PhoneBook = Effect.Success<ReturnType<typeof makePhoneBook>>

export const makePhoneBook = Effect.fnUntraced(function* (
  accountName: string,
  firstConditions: Conditions,
  /** Whether the account has a key, so that messages can be sealed. */
  sealable = false
) {
  const changes = yield* PubSub.sliding<NumberedChange>(changesKept)
  const phones = new Map<string, Phone>()
  let menu: Menu | null = null
  let conditions = firstConditions
  let struck: ReadonlyArray<number> = []
  let wire: ReadonlyArray<WireEntry> = []
  let changeCount = 0
  let bubbleCount = 0
  let wireCount = 0
  let menuId = 0

  const publish = (change: Change): void => {
    changeCount += 1
    PubSub.publishUnsafe(changes, { number: changeCount, change })
  }

  const store = (phone: Phone): void => {
    phones.set(phone.openid, phone)
    const { bubbles: _, ...facts } = phone
    publish({ type: "phone", phone: facts })
  }

  const add = (openid: string): Phone => {
    const phone = newPhone(openid, phones.size + 1)
    store(phone)
    return phone
  }

  const update = (openid: string, change: (phone: Phone) => Phone): void => {
    const phone = phones.get(openid)
    if (phone !== undefined) store(change(phone))
  }

  const show = Effect.fnUntraced(function* (
    openid: string,
    side: Bubble["side"],
    by: Bubble["by"],
    content: BubbleContent
  ) {
    const atMillis = yield* Clock.currentTimeMillis
    const phone = phones.get(openid)
    if (phone === undefined) return
    bubbleCount += 1
    const bubble: Bubble = { id: bubbleCount, side, by, atMillis, ...content }
    phones.set(openid, withBubble(phone, bubble))
    publish({ type: "bubble", openid, bubble })
  })

  /** A message came from the account: it is not typing any more, and the two have been in touch. */
  const exchanged = (openid: string): Effect.Effect<void> =>
    Effect.map(Clock.currentTimeMillis, (nowMillis) =>
      update(openid, (old) => ({ ...old, typingUntilMillis: 0, lastExchangeMillis: nowMillis }))
    )

  const record = (entry: Omit<WireEntry, "id">): void => {
    wireCount += 1
    const numbered = { id: wireCount, ...entry }
    wire = [...wire, numbered].slice(-wireHistoryEntries)
    publish({ type: "wire", entry: numbered })
  }

  const setMenu = (next: Menu | null): void => {
    menu = next
    menuId = firstMenuId + changeCount
    publish({ type: "menu", menu })
  }

  const acted = (act: DoneAct): void => publish({ type: "act", act })

  const setConditions = (next: Conditions): void => {
    conditions = next
    publish({ type: "conditions", conditions })
  }

  const setStruck = (counts: ReadonlyArray<number>): void => {
    struck = counts
    publish({ type: "struck", counts })
  }

  const snapshot: Effect.Effect<Snapshot> = Effect.map(Clock.currentTimeMillis, (nowMillis) => ({
    accountName,
    nowMillis,
    phones: [...phones.values()],
    menu,
    wire,
    conditions,
    struck,
    sealable
  }))

  /** First a snapshot, then every change after it, until `endStreams`. */
  const stream: Stream.Stream<NumberedChange> = Stream.unwrap(
    Effect.gen(function* () {
      const subscription = yield* PubSub.subscribe(changes)
      const first: NumberedChange = {
        number: changeCount,
        change: { type: "snapshot", snapshot: yield* snapshot }
      }
      const later = Stream.fromSubscription(subscription).pipe(
        Stream.filter(({ number }) => number > first.number),
        Stream.takeUntil(({ change }) => change.type === "end")
      )
      return Stream.concat(Stream.make(first), later)
    })
  )

  const endStreams = Effect.suspend(() =>
    PubSub.end(changes, { number: Number.MAX_SAFE_INTEGER, change: { type: "end" } })
  ).pipe(Effect.asVoid)

  return {
    add,
    update,
    show,
    exchanged,
    record,
    setMenu,
    setConditions,
    setStruck,
    acted,
    conditions: (): Conditions => conditions,
    menu: (): Menu | null => menu,
    /** The events of the menu's buttons name it by this; new with each menu. */
    menuId: (): number => menuId,
    phone: (openid: string): Phone | undefined => phones.get(openid),
    phones: (): ReadonlyArray<Phone> => [...phones.values()],
    snapshot,
    stream,
    endStreams
  }
})

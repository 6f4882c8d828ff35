import type { Button } from "../core/button.ts"
import { Openid } from "../core/openid.ts"
import type { Race, RaceStep } from "./race.ts"

const [ann, bob, cat] = [Openid.make("ann"), Openid.make("bob"), Openid.make("cat")]

/** Somebody presses a button; the message reaches `server`. */
export const press = (user: Openid, button: Button, server: number): RaceStep => ({
  _tag: "Act",
  user,
  input: { _tag: "Press", button },
  server
})

/** Somebody says a line; the message reaches `server`. */
export const say = (user: Openid, text: string, server: number): RaceStep => ({
  _tag: "Act",
  user,
  input: { _tag: "Say", text },
  server
})

/** A server sweeps once. */
export const sweep = (server: number): RaceStep => ({ _tag: "Sweep", server })
/** memcached forgets an item at any moment, named by its key. */
export const evict = (key: string): RaceStep => ({ _tag: "Evict", key })
/** The time passes; for the steps before the threads. */
export const pass = (millis: number): RaceStep => ({ _tag: "Pass", millis })

/** Ann and Bob are a pair, and both know it. */
const aPair = [press(ann, "配对", 0), press(bob, "配对", 1)]

/** Ann has said something before, so that her server expects her next line in the same chat. */
const inTheMiddle = [...aPair, say(ann, "earlier", 0)]

/** A short search, so that few pages of the agenda lie between its beginning and its end. */
const pairingTimeoutMillis = 5_000
const nearDeadlineMillis = 4_500

/** The casts that are explored: every meeting of two or three people that a rule of the design is about. */
export const races: ReadonlyArray<Race> = [
  {
    name: "both look, on two servers",
    users: [ann, bob],
    servers: 2,
    before: [],
    threads: [[press(ann, "配对", 0)], [press(bob, "配对", 1)]]
  },
  {
    name: "both look, on one server",
    users: [ann, bob],
    servers: 1,
    before: [],
    threads: [[press(ann, "配对", 0)], [press(bob, "配对", 0)]]
  },
  {
    name: "double click on two servers",
    users: [ann],
    servers: 2,
    before: [],
    threads: [[press(ann, "配对", 0)], [press(ann, "配对", 1)]]
  },
  {
    name: "a newcomer presses twice while another comes",
    users: [ann, bob],
    servers: 2,
    before: [],
    threads: [[press(ann, "配对", 0)], [press(bob, "配对", 0)], [press(ann, "配对", 1)]]
  },
  {
    name: "two who wait are found by a third",
    users: [ann, bob, cat],
    servers: 2,
    before: [press(ann, "配对", 0)],
    threads: [[press(bob, "配对", 0)], [press(cat, "配对", 1)]]
  },
  {
    name: "a line right after the pair",
    users: [ann, bob],
    servers: 2,
    before: [press(ann, "配对", 0)],
    threads: [[press(bob, "配对", 1), say(bob, "bob's line", 1)]]
  },
  {
    name: "look against leave",
    users: [ann, bob],
    servers: 2,
    before: [press(ann, "配对", 0)],
    threads: [[press(bob, "配对", 1)], [press(ann, "退出", 0)]]
  },
  {
    name: "both leave",
    users: [ann, bob],
    servers: 2,
    before: aPair,
    threads: [[press(ann, "退出", 0)], [press(bob, "退出", 1)]]
  },
  {
    name: "leave against relay",
    users: [ann, bob],
    servers: 2,
    before: aPair,
    threads: [[say(ann, "ann's line", 0)], [press(bob, "退出", 1)]]
  },
  {
    name: "change against relay",
    users: [ann, bob],
    servers: 2,
    before: aPair,
    threads: [[say(ann, "ann's line", 0)], [press(bob, "更换", 1)]]
  },
  {
    name: "leave against the next line",
    users: [ann, bob],
    servers: 2,
    before: inTheMiddle,
    threads: [[say(ann, "ann's line", 0)], [press(bob, "退出", 1)]]
  },
  {
    name: "a foreseen line after a change on another server",
    users: [ann, bob, cat],
    servers: 2,
    before: [...inTheMiddle, press(cat, "配对", 1)],
    threads: [[press(ann, "更换", 1), say(ann, "ann's line", 0)], [say(bob, "bob's line", 1)]]
  },
  {
    name: "change while a third waits",
    users: [ann, bob, cat],
    servers: 2,
    before: [...aPair, press(cat, "配对", 1)],
    threads: [[press(ann, "更换", 0)], [say(bob, "bob's line", 1)]]
  },
  {
    name: "deadline against join",
    users: [ann, bob],
    servers: 2,
    before: [sweep(0), press(ann, "配对", 1), pass(nearDeadlineMillis)],
    // The deadline is over for the server that sweeps, and not for the other.
    options: { pairingTimeoutMillis, skewMillis: [2_000, 0] },
    threads: [[press(bob, "配对", 1)], [sweep(0)]]
  },
  {
    name: "two sweeps of one deadline",
    users: [ann],
    servers: 3,
    before: [sweep(0), press(ann, "配对", 2), pass(nearDeadlineMillis)],
    options: { pairingTimeoutMillis, skewMillis: [2_000, 2_000, 0] },
    threads: [[sweep(0)], [sweep(1)]]
  },
  {
    name: "evict a session against relay",
    users: [ann, bob],
    servers: 2,
    before: aPair,
    threads: [[say(ann, "ann's line", 0)], [evict("s:bob")]]
  },
  {
    name: "evict a session against the next line",
    users: [ann, bob],
    servers: 2,
    before: inTheMiddle,
    threads: [[say(ann, "ann's line", 0)], [evict("s:bob")]]
  },
  {
    name: "evict the lobby against look",
    users: [ann, bob],
    servers: 2,
    before: [press(ann, "配对", 0)],
    threads: [[press(bob, "配对", 1)], [evict("lobby")]]
  },
  {
    name: "unfollow against relay",
    users: [ann, bob],
    servers: 2,
    before: aPair,
    threads: [
      [say(ann, "ann's line", 0)],
      [{ _tag: "Act", user: bob, input: { _tag: "Unfollow" }, server: 1 }]
    ]
  }
]

/** The stores of the chat, and what their tests share. */
import type { layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Acquaintances } from "../../src/chat/acquaintances.ts"
import { Agenda } from "../../src/chat/agenda.ts"
import { newWriteId } from "../../src/chat/identifiers.ts"
import { LastPartners } from "../../src/chat/last-partners.ts"
import { Ledger } from "../../src/chat/ledger.ts"
import { Lobby } from "../../src/chat/lobby.ts"
import { Mailbox } from "../../src/chat/mailbox.ts"
import { Rooms } from "../../src/chat/rooms.ts"
import { Sessions } from "../../src/chat/sessions.ts"
import { Openid } from "../../src/core/openid.ts"
import type { Memcached } from "../../src/memcached/memcached.ts"

export const storesLayer = Layer.mergeAll(
  Agenda.layer,
  Ledger.layer,
  Lobby.layer,
  Mailbox.layer,
  Rooms.layer,
  Sessions.layer
).pipe(Layer.provideMerge(Layer.merge(Acquaintances.layer, LastPartners.layer)))

/** A person nobody else in the tests is. */
export const somebody = Effect.map(newWriteId, (name) => Openid.make(`o_${name}`))

export type It = Parameters<Parameters<ReturnType<typeof layer<StoreServices, never>>>[1]>[0]
type StoreServices = Acquaintances | Agenda | Ledger | Lobby | Mailbox | Rooms | Sessions | Memcached

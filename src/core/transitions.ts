import type { ChatEvent } from "./event.ts"
import { words } from "./intent.ts"
import { type StateNumber, stateNumbers } from "./session.ts"

/**
 * How a user gets from one state number to another: by an event of the state machine, or quietly (the number stays, or the
 * shown pairing goes back to the plain one without a line). Undefined: the machine has no such transition; above all, nothing but
 * pairing leads from 1 to 11.
 */
export type Transition = { readonly _tag: "By"; readonly event: ChatEvent } | { readonly _tag: "Quiet" }

export const transition = (from: StateNumber, to: StateNumber): Transition | undefined => {
  if (from === to) return { _tag: "Quiet" }
  return table[from][to]
}

const { ordinary, looking, teasing, paired, shown } = stateNumbers

const press = (button: "配对" | "更换" | "退出"): Transition => ({
  _tag: "By",
  event: { _tag: "Pressed", button }
})

const table: Readonly<Record<StateNumber, Partial<Record<StateNumber, Transition>>>> = {
  [ordinary]: {
    [looking]: press("配对"),
    [teasing]: { _tag: "By", event: { _tag: "Said", text: words.tease } }
  },
  [looking]: { [ordinary]: press("退出") },
  [teasing]: { [ordinary]: press("退出"), [looking]: press("配对") },
  [paired]: { [ordinary]: press("退出"), [looking]: press("更换"), [shown]: press("配对") },
  [shown]: { [ordinary]: press("退出"), [looking]: press("更换"), [paired]: { _tag: "Quiet" } }
}

import { Flag } from "effect/cli"
import type { Reader } from "../setting-values.ts"

/** A flag that is read like a setting, with the same words for what it must be. */
export const valueFlag = <A>(name: string, reader: Reader<A>): Flag.Flag<A> =>
  Flag.String(name).pipe(Flag.filterMap(reader.read, () => reader.expected))

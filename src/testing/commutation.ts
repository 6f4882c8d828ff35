import type { Operation } from "./operation.ts"
import type { Choice } from "./scenario-run.ts"

/**
 * Whether two choices lead to the same world in either order. Operations on one item do not, if one of them writes; nor do
 * those of two actors who meet in the memory of their process; nor a push to somebody who is being answered.
 */
export const commute = (one: Choice, other: Choice): boolean => {
  const a = one.operation
  const b = other.operation
  if (one.kind !== "proceed" || other.kind !== "proceed" || a === undefined || b === undefined) return false
  if (a.key === b.key && (a.writes || b.writes)) return false
  if (a.server === b.server && a.actor !== b.actor && meetInMemory(a, b)) return false
  return !meetsOnPhone(a, b) && !meetsOnPhone(b, a)
}

/** Two actors of one process meet in the turn of one user, and in the queue of the matchmaker. */
const meetInMemory = (a: Operation, b: Operation): boolean =>
  userOf(a.actor) === userOf(b.actor) || (isNearQueue(a) && isNearQueue(b))

const userOf = (actor: string): string => actor.split("#")[0] ?? actor

/** The matchmaker's own operations, and those after which a user's action enters its queue. */
const isNearQueue = ({ actor, key }: Operation): boolean => !actor.includes("#") || key.startsWith("blocks:")

const meetsOnPhone = (push: Operation, other: Operation): boolean =>
  push.name === "push" && other.actor.startsWith(`${push.key}#`)

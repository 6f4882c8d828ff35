import type { Operation } from "./operation.ts"
import type { Choice } from "./race-run.ts"

/**
 * Whether two choices lead to the same world in either order. Two operations on one item do not, if one of them writes; nor do
 * those of two actors of one process, who meet in the turn of one user and in the queue of the matchmaker; nor does a push to
 * somebody who is being answered.
 */
export const commute = (one: Choice, other: Choice): boolean => {
  const a = one.operation
  const b = other.operation
  if (one.kind !== "proceed" || other.kind !== "proceed" || a === undefined || b === undefined) return false
  if (a.key === b.key && (a.writes || b.writes)) return false
  if (a.server === b.server && a.actor !== b.actor) return false
  return !meetsOnPhone(a, b) && !meetsOnPhone(b, a)
}

const meetsOnPhone = (push: Operation, other: Operation): boolean =>
  push.name === "push" && other.actor.startsWith(`${push.key}#`)

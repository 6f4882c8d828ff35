/** A process of its own that makes pairs in one way, and loads Effect as the service does: `pairing-worker.ts ours|redis|limit PORT`. */
import { loadWithoutAsyncContext } from "../event-loop/async-context.ts"

await loadWithoutAsyncContext(() => import("./pairing-work.ts"))

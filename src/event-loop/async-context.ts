/** Node's asynchronous context, which Effect carries along and nobody here reads. */

const nameOfHooks = "node:async_hooks"

/**
 * Loads modules, Effect among them, so that fibers do not carry Node's asynchronous context. By itself Effect makes an
 * `AsyncResource` whenever a fiber waits, for those who read an `AsyncLocalStorage`: a seventh of the processor time of a
 * message. It looks for the class once, while it loads, and goes without if it finds none.
 */
export const loadWithoutAsyncContext = async <A>(load: () => Promise<A>): Promise<A> => {
  const { getBuiltinModule } = process
  const withoutHooks = (name: string) => (name === nameOfHooks ? undefined : getBuiltinModule(name))
  process.getBuiltinModule = withoutHooks as typeof getBuiltinModule
  try {
    return await load()
  } finally {
    process.getBuiltinModule = getBuiltinModule
  }
}

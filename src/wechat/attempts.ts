/** How WeChat sends a message (protocol notes 3.1): an attempt that is not answered in time ends, and the next one begins. */
export const attemptMillis = 5_000
export const mostAttempts = 3

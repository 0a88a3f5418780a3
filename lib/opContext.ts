import { AsyncLocalStorage } from "node:async_hooks";

/**
 * The op that `withOpId` has said, along calls, awaits and timers. It costs nothing before it is first used, which on
 * Node 20 makes every asynchronous step of the process a little dearer: nothing in the library but `withOpId` may.
 *
 * @internal
 */
export const opContext = new AsyncLocalStorage<string>();

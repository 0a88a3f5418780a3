import { switchMap } from "rxjs";
import { nextTurn$ } from "../nextTurn.js";

/**
 * Emits once, when what has arrived by now has been told: HTTP/2 and grpc-js pass on in one turn of the event loop what
 * was read in the turn before.
 *
 * @internal
 */
export const afterReading$ = nextTurn$.pipe(switchMap(() => nextTurn$));

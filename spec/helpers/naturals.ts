import { Observable } from "rxjs";

/** All natural numbers, at once, for as long as anybody wants them; at the last one nobody has stopped it. */
export function naturals(last = 10_000): Observable<number> {
  return new Observable((subscriber) => {
    for (let value = 1; !subscriber.closed; value++) {
      if (value > last) throw new Error("nobody has stopped the source");
      subscriber.next(value);
    }
  });
}

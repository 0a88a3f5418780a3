import { Observable } from "rxjs";

/** So many numbers say that nobody will stop the source. */
const ENOUGH = 10_000;

/** A source of all natural numbers, at once, for as long as anybody wants them, and how many were asked of it. */
export function naturals(): { readonly natural$: Observable<number>; readonly asked: () => number } {
  let asked = 0;
  const natural$ = new Observable<number>((subscriber) => {
    while (!subscriber.closed && asked < ENOUGH) subscriber.next(++asked);
  });
  return { natural$, asked: () => asked };
}

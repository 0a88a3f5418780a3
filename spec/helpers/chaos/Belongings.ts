/** What has been opened, closed in the opposite order; an AsyncDisposableStack, which Node 20 does not have. */
export class Belongings implements AsyncDisposable {
  readonly #things: (AsyncDisposable | Disposable)[] = [];

  add<T extends AsyncDisposable | Disposable>(thing: T): T {
    this.#things.push(thing);
    return thing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const thing of this.#things.splice(0).reverse()) {
      if (Symbol.asyncDispose in thing) await thing[Symbol.asyncDispose]();
      else thing[Symbol.dispose]();
    }
  }
}

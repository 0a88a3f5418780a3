const EVERY_MS = 250;

/** The most memory that the process has had. */
export class MemoryWatch implements Disposable {
  peakRssMb = 0;
  peakHeapMb = 0;
  readonly #timer = setInterval(() => this.#look(), EVERY_MS);

  #look(): void {
    const { rss, heapUsed } = process.memoryUsage();
    this.peakRssMb = Math.max(this.peakRssMb, rss / 1e6);
    this.peakHeapMb = Math.max(this.peakHeapMb, heapUsed / 1e6);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

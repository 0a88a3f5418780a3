import { Dependencies, Injectable } from "@nestjs/common";
import { governed, OpControlSubscriber } from "rx-op-control";

/** A service whose work is done under an op. */
@Injectable()
@Dependencies(OpControlSubscriber)
export class WeatherService {
  readonly #control: OpControlSubscriber;

  constructor(control: OpControlSubscriber) {
    this.#control = control;
  }

  weatherAt(url: string, op: string): Promise<string> {
    return governed(this.#control, op, async ({ signal }) => {
      const response = await fetch(url, { signal });
      return response.text();
    });
  }
}

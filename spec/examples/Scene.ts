import { BehaviorSubject, filter, first, firstValueFrom, Subject } from "rxjs";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { aFewTurns } from "../helpers/turns.js";

/** A stage for an agent with one tool: who controls it, and a tool that does what a spec has it do. */
export class Scene {
  // eslint-disable-next-line rxjs-x/no-exposed-subjects -- a spec plays the gateway
  readonly signals$ = new Subject<OpControlMessage>();
  readonly control = OpControlSubscriber.from(this.signals$);
  /** The cities that the tool was called for. */
  readonly cities: string[] = [];
  /** What the tool's calls were aborted with. */
  readonly aborts: unknown[] = [];
  readonly #step$ = new BehaviorSubject(0);
  readonly #weather$ = new Subject<string>();

  constructor() {
    const whenRunnable = this.control.whenRunnable.bind(this.control);
    this.control.whenRunnable = (opId, options) => {
      this.#nextStep();
      return whenRunnable(opId, options);
    };
  }

  /** The tool. It says what the weather is when that is set. */
  readonly weatherIn = (city: string, signal: AbortSignal): Promise<string> => {
    this.cities.push(city);
    signal.addEventListener("abort", () => {
      this.aborts.push(signal.reason);
    });
    this.#nextStep();
    return firstValueFrom(this.#weather$);
  };

  setWeather(weather: string): void {
    this.#weather$.next(weather);
  }

  /**
   * When the agent has come so far: the model is 1, the tool is 2 and with its work begun 3, the model again 4; and has
   * had the time to go further where nothing keeps it.
   */
  async step(number: number): Promise<void> {
    await firstValueFrom(this.#step$.pipe(filter((step) => step >= number)));
    await aFewTurns();
  }

  /** Pauses or terminates as the agent is about to take that step. */
  at(number: number, signal: OpControlMessage): void {
    this.#step$.pipe(first((step) => step === number)).subscribe(() => {
      this.signals$.next(signal);
    });
  }

  #nextStep(): void {
    this.#step$.next(this.#step$.value + 1);
  }
}

export const THE_MODEL = 1;
export const THE_TOOL = 2;
export const THE_TOOL_AT_WORK = 3;
export const THE_MODEL_AGAIN = 4;

import { diag, type DiagLogger, DiagLogLevel } from "@opentelemetry/api";
import { expect } from "chai";
import { quietly } from "../../lib/otel/quietly.js";

describe("quietly", () => {
  let told: string[];

  beforeEach(() => {
    told = [];
    const ignore = (): void => undefined;
    const error = (message: string): void => void told.push(message);
    const logger: DiagLogger = { error, warn: ignore, info: ignore, debug: ignore, verbose: ignore };
    diag.setLogger(logger, DiagLogLevel.ERROR);
  });

  afterEach(() => {
    diag.disable();
  });

  it("does it", () => {
    let done = 0;
    quietly(() => done++);

    expect(done).to.equal(1);
    expect(told).to.deep.equal([]);
  });

  it("tells OpenTelemetry what was thrown, made printable, and throws nothing", () => {
    quietly(() => {
      throw new Error("full\u001b[2J");
    });
    quietly(() => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- others' code does
      throw "full";
    });

    expect(told).to.deep.equal([
      "rx-op-control: a metric could not be told: full\\u001b[2J",
      "rx-op-control: a metric could not be told: full",
    ]);
  });
});

import { expect } from "chai";
import { OpControlUnavailableError, OpTerminatedError } from "../../lib/errors.js";
import type { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { OP, pause, resume, terminate } from "../helpers/opControl.js";
import { rejectionOf } from "../helpers/record.js";
import { Scene, THE_MODEL, THE_MODEL_AGAIN, THE_TOOL, THE_TOOL_AT_WORK } from "./Scene.js";

/** A model that has the weather in Oslo looked up, and then says "Rome". */
export interface ScriptedModel<M> {
  readonly model: M;
  /** How often it has been asked. */
  readonly asked: () => number;
}

/** An example: an agent that answers with the help of one tool. */
type Answer<M> = (control: OpControlSubscriber, op: string, model: M, weatherIn: Scene["weatherIn"]) => Promise<string>;

/** Holds the example of a framework to what all of them promise; the second model never says anything. */
export function answersUnderOp<M>(
  answer: Answer<M>,
  scripted: () => ScriptedModel<M>,
  silent: () => ScriptedModel<M>,
): void {
  let scene: Scene;
  let model: ScriptedModel<M>;

  beforeEach(() => {
    scene = new Scene();
    model = scripted();
  });

  afterEach(() => {
    scene.control.close();
  });

  const run = (): Promise<string> => answer(scene.control, OP, model.model, scene.weatherIn);

  it("answers, with the tool's help", async () => {
    const result = run();
    await scene.step(THE_TOOL_AT_WORK);
    scene.setWeather("cold");

    expect(await result).to.equal("Rome");
    expect(scene.cities).to.deep.equal(["Oslo"]);
    expect(scene.aborts).to.be.empty;
    expect(model.asked()).to.equal(2);
  });

  it("asks no model while its op is paused", async () => {
    scene.signals$.next(pause());
    const result = run();
    await scene.step(THE_MODEL);
    expect(model.asked()).to.equal(0);

    scene.signals$.next(resume());
    await scene.step(THE_TOOL_AT_WORK);
    scene.signals$.next(pause());
    scene.setWeather("cold");
    await scene.step(THE_MODEL_AGAIN);
    expect(model.asked()).to.equal(1);

    scene.signals$.next(resume());
    expect(await result).to.equal("Rome");
  });

  it("holds the tool call while its op is paused", async () => {
    const result = pausedAtTheTool();
    await scene.step(THE_TOOL);
    expect(model.asked()).to.equal(1);
    expect(scene.cities).to.be.empty;

    scene.signals$.next(resume());
    await scene.step(THE_TOOL_AT_WORK);
    scene.setWeather("cold");
    expect(await result).to.equal("Rome");
  });

  it("fails with the OpTerminatedError, and calls nothing more, when the op is terminated during a pause", async () => {
    const result = pausedAtTheTool();
    await scene.step(THE_TOOL);
    scene.signals$.next(terminate());

    await rejectionOf(result, OpTerminatedError);
    expect(scene.cities).to.be.empty;
    expect(model.asked()).to.equal(1);
  });

  it("aborts the tool call in flight, and fails with the OpTerminatedError, when the op is terminated", async () => {
    const result = run();
    await scene.step(THE_TOOL_AT_WORK);
    scene.signals$.next(terminate());

    const error = await rejectionOf(result, OpTerminatedError);
    expect(error).to.include({ opId: OP, scope: "op" });
    expect(scene.aborts).to.have.length(1);
    expect(scene.aborts[0]).to.be.instanceOf(OpTerminatedError);
    expect(model.asked()).to.equal(1);
  });

  it("fails with the OpTerminatedError when the op is terminated while the model is thinking", async () => {
    model = silent();
    const result = run();
    await scene.step(THE_MODEL);
    expect(model.asked()).to.equal(1);
    scene.signals$.next(terminate());

    await rejectionOf(result, OpTerminatedError);
  });

  it("asks no model for an op that is terminated", async () => {
    scene.signals$.next(terminate());

    await rejectionOf(run(), OpTerminatedError);
    expect(model.asked()).to.equal(0);
  });

  it("aborts the tool call in flight, and fails, when the channel fails", async () => {
    const result = run();
    await scene.step(THE_TOOL_AT_WORK);
    scene.signals$.error(new Error("the bus is gone"));

    await rejectionOf(result, OpControlUnavailableError);
    expect(scene.aborts).to.have.length(1);
    expect(model.asked()).to.equal(1);
  });

  it("fails, and calls nothing more, when the subscriber is closed during a pause", async () => {
    const result = pausedAtTheTool();
    await scene.step(THE_TOOL);
    scene.control.close();

    expect((await rejectionOf(result, OpControlUnavailableError)).message).to.include("was closed");
    expect(scene.cities).to.be.empty;
    expect(model.asked()).to.equal(1);
  });

  /** Runs it, and pauses its op as the tool is about to be called. */
  function pausedAtTheTool(): Promise<string> {
    scene.at(THE_TOOL, pause());
    return run();
  }
}

/** What a model does that never answers: it waits until it need not any more. */
export function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => {
      reject(signal.reason as Error);
    });
  });
}

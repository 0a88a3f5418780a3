import { Agent, Runner, tool, ToolCallError } from "@openai/agents-core";
import {
  assistantMessage,
  functionCall,
  modelResponder,
  modelResponse,
  ScriptedModel as Script,
} from "@openai/agents-core/testing";
import { expect } from "chai";
import { z } from "zod";
import { answer } from "../../examples/openAiAgents.js";
import { OpTerminatedError } from "../../lib/errors.js";
import { governed } from "../../lib/governed.js";
import { OP, terminate } from "../helpers/opControl.js";
import { rejectionOf } from "../helpers/record.js";
import { answersUnderOp, type ScriptedModel, untilAborted } from "./answersUnderOp.js";
import { Scene, THE_MODEL, THE_TOOL } from "./Scene.js";

function scripted(): ScriptedModel<Script> {
  const model = new Script([
    modelResponse([functionCall("weather", { city: "Oslo" }, { callId: "1" })]),
    modelResponse([assistantMessage("Rome")]),
  ]);
  return { model, asked: () => model.calls.length };
}

function silent(): ScriptedModel<Script> {
  const model = new Script([modelResponder(({ request }) => untilAborted(request.signal))]);
  return { model, asked: () => model.calls.length };
}

describe("examples/openAiAgents", () => {
  answersUnderOp(answer, scripted, silent);

  it("fails also where the model answers without heeding its signal", async () => {
    const scene = new Scene();
    const model = new Script([
      modelResponder(() => {
        scene.signals$.next(terminate());
        return [assistantMessage("Rome")];
      }),
    ]);

    expect((await rejectionOf(answer(scene.control, OP, model, scene.weatherIn), Error)).name).to.equal("AbortError");
    scene.control.close();
  });

  describe("needs what it does: the OpenAI Agents SDK", () => {
    let scene: Scene;
    let model: ScriptedModel<Script>;
    const runner = new Runner({ tracingDisabled: true });
    const question = "Which is warmer, Oslo or Rome?";

    beforeEach(() => {
      scene = new Scene();
      model = scripted();
    });

    const agent = (options: { errorFunction?: null }) =>
      new Agent({
        name: "forecaster",
        model: model.model,
        tools: [
          tool({
            name: "weather",
            description: "The weather in a city",
            parameters: z.object({ city: z.string() }),
            execute: ({ city }, _context, details) =>
              governed(scene.control, OP, ({ signal }) => scene.weatherIn(city, signal), { signal: details?.signal }),
            ...options,
          }),
        ],
      });
    const terminateAtWork = async (): Promise<void> => {
      await scene.step(THE_MODEL);
      await scene.step(THE_TOOL);
      scene.signals$.next(terminate());
    };

    it("tells the model what a tool throws, and goes on to an answer, by itself", async () => {
      const result = runner.run(agent({}), question);
      await terminateAtWork();

      expect((await result).finalOutput).to.equal("Rome");
      expect(model.asked()).to.equal(2);
    });

    it("throws it as the error of a ToolCallError where errorFunction is null", async () => {
      const result = runner.run(agent({ errorFunction: null }), question);
      await terminateAtWork();

      expect((await rejectionOf(result, ToolCallError)).error).to.be.instanceOf(OpTerminatedError);
    });

    it("ends a stream that is aborted by its signal as if it were whole; its signal knows", async () => {
      const signal = scene.control.abortSignal(OP);
      const result = await runner.run(agent({ errorFunction: null }), question, { stream: true, signal });
      void terminateAtWork();
      for await (const event of result) expect(event).to.include.keys("type");

      await result.completed;
      expect(result.cancelled).to.equal(true);
      expect(() => {
        signal.throwIfAborted();
      }).to.throw(OpTerminatedError);
      expect(model.asked()).to.equal(1);
    });
  });
});

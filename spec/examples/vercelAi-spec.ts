import { generateText, simulateReadableStream, stepCountIs, streamText, tool, type ToolSet } from "ai";
import { MockLanguageModelV3 } from "ai/test";
import { expect } from "chai";
import { z } from "zod";
import { answer } from "../../examples/vercelAi.js";
import { OpTerminatedError } from "../../lib/errors.js";
import { governed } from "../../lib/governed.js";
import { OP, terminate } from "../helpers/opControl.js";
import { rejectionOf } from "../helpers/record.js";
import { answersUnderOp, type ScriptedModel, untilAborted } from "./answersUnderOp.js";
import { Scene, THE_TOOL, THE_MODEL } from "./Scene.js";

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const call = { type: "tool-call", toolCallId: "1", toolName: "weather", input: '{"city":"Oslo"}' } as const;
const called = { unified: "tool-calls", raw: undefined } as const;
const stopped = { unified: "stop", raw: undefined } as const;

function scripted(): ScriptedModel<MockLanguageModelV3> {
  const model = new MockLanguageModelV3({
    doGenerate: [
      { content: [call], finishReason: called, usage, warnings: [] },
      { content: [{ type: "text", text: "Rome" }], finishReason: stopped, usage, warnings: [] },
    ],
    doStream: [
      { stream: simulateReadableStream({ chunks: [call, { type: "finish", finishReason: called, usage }] }) },
      {
        stream: simulateReadableStream({
          chunks: [
            { type: "text-start", id: "1" },
            { type: "text-delta", id: "1", delta: "Rome" },
            { type: "text-end", id: "1" },
            { type: "finish", finishReason: stopped, usage },
          ],
        }),
      },
    ],
  });
  return { model, asked: () => model.doGenerateCalls.length + model.doStreamCalls.length };
}

function silent(): ScriptedModel<MockLanguageModelV3> {
  const model = new MockLanguageModelV3({ doGenerate: ({ abortSignal }) => untilAborted(abortSignal) });
  return { model, asked: () => model.doGenerateCalls.length };
}

describe("examples/vercelAi", () => {
  answersUnderOp(answer, scripted, silent);

  it("fails with the OpTerminatedError also where the model answers without heeding its signal", async () => {
    const scene = new Scene();
    const model = new MockLanguageModelV3({
      doGenerate: () => {
        scene.signals$.next(terminate());
        return Promise.resolve({
          content: [{ type: "text", text: "Rome" }],
          finishReason: stopped,
          usage,
          warnings: [],
        });
      },
    });

    await rejectionOf(answer(scene.control, OP, model, scene.weatherIn), OpTerminatedError);
    scene.control.close();
  });

  describe("needs what it does: the Vercel AI SDK", () => {
    let scene: Scene;
    let model: ScriptedModel<MockLanguageModelV3>;
    let tools: ToolSet;

    beforeEach(() => {
      scene = new Scene();
      model = scripted();
      tools = {
        weather: tool({
          inputSchema: z.object({ city: z.string() }),
          execute: ({ city }, { abortSignal }) =>
            governed(scene.control, OP, ({ signal }) => scene.weatherIn(city, signal), { signal: abortSignal }),
        }),
      };
    });

    /** The tool's own steps only, where nothing else is governed. */
    const atWork = async (): Promise<void> => {
      await scene.step(THE_MODEL);
      await scene.step(THE_TOOL);
    };
    const prompt = "Which is warmer, Oslo or Rome?";
    const stopWhen = stepCountIs(10);

    it("tells the model what a tool throws, and goes on to an answer, without the run's abortSignal", async () => {
      const result = generateText({ model: model.model, tools, stopWhen, prompt });
      await atWork();
      scene.signals$.next(terminate());

      expect((await result).text).to.equal("Rome");
      expect(model.asked()).to.equal(2);
    });

    it("ends a textStream that is aborted as if it were whole; its text rejects", async () => {
      let aborted = false;
      const result = streamText({
        model: model.model,
        tools,
        stopWhen,
        prompt,
        abortSignal: scene.control.abortSignal(OP),
        onAbort: () => {
          aborted = true;
        },
      });
      void atWork().then(() => {
        scene.signals$.next(terminate());
      });
      let streamed = "";
      for await (const text of result.textStream) streamed += text;

      expect(streamed).to.equal("");
      expect(aborted).to.equal(true);
      await rejectionOf(Promise.resolve(result.text), OpTerminatedError);
      expect(model.asked()).to.equal(1);
    });
  });
});

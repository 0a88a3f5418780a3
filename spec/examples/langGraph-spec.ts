import { AIMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { type FakeBuiltModel, fakeModel } from "@langchain/core/testing";
import { MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { ToolNode } from "@langchain/langgraph/prebuilt";
import { expect } from "chai";
import { z } from "zod";
import { answer } from "../../examples/langGraph.js";
import { OpTerminatedError } from "../../lib/errors.js";
import { governed } from "../../lib/governed.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { OP, terminate } from "../helpers/opControl.js";
import { rejectionOf } from "../helpers/record.js";
import { answersUnderOp, type ScriptedModel, untilAborted } from "./answersUnderOp.js";

const call = { name: "weather", args: { city: "Oslo" }, id: "1", type: "tool_call" as const };

function scripted(): ScriptedModel<FakeBuiltModel> {
  const model = fakeModel().respondWithTools([call]).respond(new AIMessage("Rome"));
  return { model, asked: () => model.callCount };
}

function silent(): ScriptedModel<FakeBuiltModel> {
  let asked = 0;
  const model = fakeModel();
  model._generate = (_messages, { signal } = {}) => {
    asked++;
    return untilAborted(signal);
  };
  model.bindTools = () => model;
  return { model, asked: () => asked };
}

describe("examples/langGraph", () => {
  answersUnderOp(answer, scripted, silent);

  describe("needs what it does: LangGraph", () => {
    const control = OpControlSubscriber.from([terminate()]);
    const weather = tool(() => governed(control, OP, () => "cold"), {
      name: "weather",
      description: "The weather in a city",
      schema: z.object({ city: z.string() }),
    });
    const graphOf = (tools: ToolNode) =>
      new StateGraph(MessagesAnnotation).addNode("tools", tools).addEdge(START, "tools").compile();
    const state = { messages: [new AIMessage({ content: "", tool_calls: [call] })] };

    it("makes a message of what a tool throws, and goes on", async () => {
      const { messages } = await graphOf(new ToolNode([weather])).invoke(state);

      expect(messages.at(-1)).to.include({ status: "error" });
      expect(messages.at(-1)?.text).to.include("was terminated");
    });

    it("ends where the run has the op's signal", async () => {
      const graph = graphOf(new ToolNode([weather]));
      const signal = control.abortSignal(OP);
      const streamed = async (): Promise<void> => {
        for await (const update of await graph.stream(state, { signal })) expect.fail(JSON.stringify(update));
      };

      await rejectionOf(graph.invoke(state, { signal }), OpTerminatedError);
      await rejectionOf(streamed(), OpTerminatedError);
    });

    it("ends where handleToolErrors is false", async () => {
      const result = graphOf(new ToolNode([weather], { handleToolErrors: false })).invoke(state);

      await rejectionOf(result, OpTerminatedError);
    });
  });
});

import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { RunnableConfig } from "@langchain/core/runnables";
import { tool } from "@langchain/core/tools";
import { MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { ToolNode, toolsCondition } from "@langchain/langgraph/prebuilt";
import { governed, type OpControlSubscriber } from "rx-op-control";
import { z } from "zod";

/** An agent of LangGraph that may look up the weather, under an op. */
export async function answer(
  control: OpControlSubscriber,
  op: string,
  model: BaseChatModel,
  weatherIn: (city: string, signal: AbortSignal) => Promise<string>,
): Promise<string> {
  const weather = tool(
    ({ city }, config: RunnableConfig) =>
      governed(control, op, ({ signal }) => weatherIn(city, signal), { signal: config.signal }),
    { name: "weather", description: "The weather in a city", schema: z.object({ city: z.string() }) },
  );
  const modelWithTools = model.bindTools?.([weather]) ?? model;
  const graph = new StateGraph(MessagesAnnotation)
    // The model is not asked during a pause either.
    .addNode("model", async ({ messages }, { signal: caller }) => ({
      messages: await governed(control, op, ({ signal }) => modelWithTools.invoke(messages, { signal }), {
        signal: caller,
      }),
    }))
    .addNode("tools", new ToolNode([weather]))
    .addEdge(START, "model")
    .addConditionalEdges("model", toolsCondition)
    .addEdge("tools", "model")
    .compile();
  const { messages } = await graph.invoke(
    { messages: [{ role: "user", content: "Which is warmer, Oslo or Rome?" }] },
    { signal: control.abortSignal(op) }, // ends the run: what a tool throws is only told to the model
  );
  return messages.at(-1)?.text ?? "";
}

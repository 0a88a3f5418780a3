import { Agent, type Model, Runner, tool } from "@openai/agents-core";
import { governed, type OpControlSubscriber } from "rx-op-control";
import { z } from "zod";

/** An agent of the OpenAI Agents SDK that may look up the weather, under an op. */
export async function answer(
  control: OpControlSubscriber,
  op: string,
  model: Model,
  weatherIn: (city: string, signal: AbortSignal) => Promise<string>,
): Promise<string> {
  const weather = tool({
    name: "weather",
    description: "The weather in a city",
    parameters: z.object({ city: z.string() }),
    execute: ({ city }, _context, details) =>
      governed(control, op, ({ signal }) => weatherIn(city, signal), { signal: details?.signal }),
  });
  const runner = new Runner({
    tracingDisabled: true,
    callModelInputFilter: ({ modelData }) => governed(control, op, () => modelData), // the model is not asked during a pause either
  });
  const { finalOutput } = await runner.run(
    new Agent({ name: "forecaster", model, tools: [weather] }),
    "Which is warmer, Oslo or Rome?",
    { signal: control.abortSignal(op) }, // ends the run: what a tool throws is only told to the model
  );
  return finalOutput ?? "";
}

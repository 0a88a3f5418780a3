import { generateText, type LanguageModel, stepCountIs, tool } from "ai";
import { governed, type OpControlSubscriber } from "rx-op-control";
import { z } from "zod";

/** An agent of the Vercel AI SDK that may look up the weather, under an op. */
export async function answer(
  control: OpControlSubscriber,
  op: string,
  model: LanguageModel,
  weatherIn: (city: string, signal: AbortSignal) => Promise<string>,
): Promise<string> {
  const weather = tool({
    description: "The weather in a city",
    inputSchema: z.object({ city: z.string() }),
    execute: ({ city }, { abortSignal }) =>
      governed(control, op, ({ signal }) => weatherIn(city, signal), { signal: abortSignal }),
  });
  const { text } = await generateText({
    model,
    tools: { weather },
    stopWhen: stepCountIs(10),
    prompt: "Which is warmer, Oslo or Rome?",
    prepareStep: () => governed(control, op, () => ({})), // the model is not asked during a pause either
    abortSignal: control.abortSignal(op), // ends the run: what a tool throws is only told to the model
  });
  control.abortSignal(op).throwIfAborted(); // a model that does not heed it has answered all the same
  return text;
}

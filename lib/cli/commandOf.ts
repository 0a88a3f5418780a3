import { Command } from "commander";
import { withoutValues } from "./withoutValues.js";

/** A command with the manners that all of ours have; `examples` stand below its help, a line each. */
export function commandOf(name: string, description: string, examples: readonly string[] = []): Command {
  const command = new Command(name)
    .description(description)
    .summary(firstSentence(description))
    .allowExcessArguments(false)
    .exitOverride()
    .showHelpAfterError("(--help says what there is)")
    .configureOutput({
      outputError: (text, write) => {
        write(withoutValues(text));
      },
    })
    .hook("preAction", refuseSwallowedOptions)
    .hook("preAction", forgetEmptyVariables);
  if (examples.length > 0) command.addHelpText("after", ["", "Examples:", ...examples.map(indented)].join("\n"));
  return command;
}

/** commander takes whatever follows for an option's value: `--op --token=…` would show the token as the name of an op. */
function refuseSwallowedOptions(command: Command): void {
  const { options } = command;
  for (const option of options) {
    const value: unknown = command.getOptionValue(option.attributeName());
    const isSwallowed = options.some(({ long }) => typeof value === "string" && value.split("=")[0] === long);
    if (isSwallowed) command.error(`error: option '${option.flags}' argument missing`);
  }
}

/** A variable that is empty is one that nobody has set, whatever an empty option would mean. */
function forgetEmptyVariables(command: Command): void {
  for (const option of command.options) {
    const name = option.attributeName();
    const isEmpty = command.getOptionValueSource(name) === "env" && command.getOptionValue(name) === "";
    if (isEmpty) command.setOptionValueWithSource(name, undefined, "default");
  }
}

/** What the list of commands has room for. */
function firstSentence(description: string): string {
  return description.replace(/\. .*$/s, ".");
}

function indented(example: string): string {
  return `  $ ${example}`;
}

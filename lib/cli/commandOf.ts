import { Command } from "commander";

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
    });
  if (examples.length > 0) command.addHelpText("after", ["", "Examples:", ...examples.map(indented)].join("\n"));
  return command;
}

/** A misspelt `--token=…` is quoted as a whole otherwise. */
function withoutValues(text: string): string {
  return text.replaceAll(/(unknown option '-[^'=]*)=[^']*'/g, "$1=…'");
}

/** What the list of commands has room for. */
function firstSentence(description: string): string {
  return description.replace(/\. .*$/s, ".");
}

function indented(example: string): string {
  return `  $ ${example}`;
}

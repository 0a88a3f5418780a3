import { expect } from "chai";
import { type Command, CommanderError } from "commander";
import { program } from "../../lib/cli/program.js";

/** What a command prints for `--help`, to its end. */
function helpOf(command: Command): string {
  let said = "";
  command.configureOutput({
    writeOut: (text) => {
      said += text;
    },
  });
  command.outputHelp();
  return said;
}

describe("the program", () => {
  it("is made without being run, as often as wanted", () => {
    expect(program().commands.length).to.be.greaterThan(0);
    expect(program()).to.not.equal(program());
  });

  it("has all the commands", () => {
    expect(program().commands.map((command) => command.name())).to.have.members([
      "demo",
      "watch",
      "exec",
      "gateway",
      "pause",
      "resume",
      "terminate",
      "halt-agent",
      "halt-fleet",
      "ops",
      "register",
      "board",
    ]);
  });

  it("documents the exit codes in its help", () => {
    expect(helpOf(program()))
      .to.match(/Exit codes:\n {2}0 {2}done\n {2}2 {2}wrong usage.*\n {2}3 {2}.*terminated.*\n {2}4 {2}.*channel/)
      .and.to.match(/Examples:\n( {2}\$ rx-op-control .*\n)+/);
  });

  it("names in its examples only commands that there are", () => {
    const names = program().commands.map((command) => command.name());
    for (const command of [program(), ...program().commands]) {
      for (const [, name = ""] of helpOf(command).matchAll(/^ {2}\$ rx-op-control ([\w-]+)/gm)) {
        expect([...names, "help"], command.name()).to.include(name);
      }
    }
  });

  for (const command of program().commands) {
    describe(command.name(), () => {
      it("says in one sentence what it does", () => {
        expect(command.summary()).to.match(/^[A-Z].*[^.]\.$/);
        expect(command.summary().length).to.be.lessThan(160);
      });

      it("has examples of itself in its help", () => {
        const [, examples = ""] = helpOf(command).split("Examples:\n");
        const [first = ""] = examples.split("\n");
        expect(first).to.match(new RegExp(`^ {2}\\$ rx-op-control ${command.name()}\\b`));
      });

      it("says what its exit codes mean", () => {
        expect(helpOf(command)).to.match(/^Exit codes?:/m);
        // Only of halt-fleet is anything to be confirmed.
        expect(/\bconfirm/.test(helpOf(command))).to.equal(command.name() === "halt-fleet");
      });

      it("says what each of its options and arguments is", () => {
        for (const option of command.options) expect(option.description, option.flags).to.not.equal("");
        for (const argument of command.registeredArguments)
          expect(argument.description, argument.name()).to.not.equal("");
      });

      it("throws what is wrong instead of ending the process", () => {
        command.configureOutput({ writeErr: () => undefined });
        expect(() => command.parse(["--no-such-option"], { from: "user" })).to.throw(CommanderError);
      });
    });
  }
});

import { expect } from "chai";
import { type Command, CommanderError, Option } from "commander";
import { commandOf } from "../../lib/cli/commandOf.js";
import { durationMs } from "../../lib/cli/durationMs.js";
import { withEnvironment } from "../helpers/environment.js";

const SECRET = "s3cr3t-T0KEN";

/** A command with all kinds of options, and what it has said and been given. */
function tried(args: readonly string[]) {
  const said: string[] = [];
  const given: Record<string, unknown>[] = [];
  const collect = (text: string): void => {
    said.push(text);
  };
  const command = commandOf("try", "Try a thing. Whatever that is.", ["try --op a", "try --token …"])
    .option("--op <id>", "an op", "demo:1")
    .option("--stale-after <duration>", "a duration", durationMs)
    .addOption(new Option("--policy <policy>", "a choice").choices(["hold", "fail"]))
    .addOption(new Option("--token <token>", "a secret").env("SPEC_TOKEN"))
    .option("--really", "no value")
    .configureOutput({ writeErr: collect, writeOut: collect })
    .action((options: Record<string, unknown>) => {
      given.push(options);
    });
  const outcome = thrownBy(() => command.parse(args, { from: "user" }));
  return { said: said.join(""), given: given[0], outcome };
}

function thrownBy(act: () => Command): CommanderError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    expect(error).to.be.instanceOf(CommanderError);
    return error as CommanderError;
  }
}

describe("commandOf", () => {
  it("gives a command the first sentence of its description for the list of commands", () => {
    expect(commandOf("try", "Try a thing. Whatever that is.").summary()).to.equal("Try a thing.");
    expect(commandOf("try", "Try v1.2 of it.").summary()).to.equal("Try v1.2 of it.");
  });

  describe("--help", () => {
    it("has the description and, at its end, the examples", () => {
      const { said, outcome } = tried(["--help"]);
      expect(said).to.include("Try a thing. Whatever that is.");
      expect(said).to.match(/\nExamples:\n {2}\$ try --op a\n {2}\$ try --token …\n$/);
      expect(outcome).to.include({ exitCode: 0 });
    });

    it("has no examples where there are none", () => {
      expect(commandOf("try", "Try.").helpInformation()).to.not.include("Examples");
    });
  });

  it("throws what is wrong with the usage instead of ending the process, and points at --help", () => {
    for (const args of [["--nope"], ["extra"], ["--op"], ["--stale-after", "soon"], ["--policy", "maybe"]]) {
      const { said, outcome } = tried(args);
      expect(outcome, args.join(" ")).to.have.property("exitCode", 1);
      expect(said).to.match(/^error: .*\n(\(Did you mean .*\n)?\(--help says what there is\)\n$/);
    }
  });

  it("takes an empty variable of the environment for one that is not set, and an empty option as it is", () => {
    withEnvironment({ SPEC_TOKEN: "" }, () => {
      expect(tried([]).given).to.deep.include({ op: "demo:1", token: undefined });
      expect(tried(["--token", "", "--op", ""]).given).to.deep.include({ op: "", token: "" });
    });
    withEnvironment({ SPEC_TOKEN: "x" }, () => expect(tried([]).given).to.deep.include({ token: "x" }));
  });

  describe("takes no option of its own for another one's value", () => {
    for (const args of [
      ["--op", "--token=x"],
      ["--op", "--token", "x"],
      ["--op", "--really"],
      ["--op=--really"],
      ["--token", "--op=a"],
    ]) {
      it(args.join(" "), () => {
        const { said, given } = tried(args);
        expect(said).to.match(
          /^error: option '--(op <id>|token <token>)' argument missing\n|^error: too many arguments/,
        );
        expect(given).to.equal(undefined);
      });
    }

    it("but any other value, dashes or not", () => {
      expect(tried(["--op", "--a:b"]).given).to.deep.include({ op: "--a:b" });
      expect(tried(["--op", "-"]).given).to.deep.include({ op: "-" });
      expect(tried(["--op", "token=x"]).given).to.deep.include({ op: "token=x" });
    });
  });

  describe("never echoes a token, however it was given:", () => {
    for (const args of [
      [`--tokn=${SECRET}`],
      [`--tokn=${SECRET}'${SECRET}`],
      [`--tokn=${SECRET}\n${SECRET}`],
      [`--token${SECRET}`],
      [`--TOKEN=${SECRET}`],
      [`-t${SECRET}`],
      [`-token=${SECRET}`],
      [`--really=${SECRET}`],
      [SECRET],
      ["--", `--token=${SECRET}`],
      [`--token=${SECRET}`, "extra"],
      [`--token=${SECRET}`, "--nope"],
      [`--token=${SECRET}`, "--stale-after", "soon"],
      [`--token=${SECRET}`, "--op"],
      ["--op", `--token=${SECRET}`],
      ["--op", "--token", SECRET],
      ["--stale-after", `--token=${SECRET}`],
      ["--policy", `--token=${SECRET}`],
      ["--policy", "--token", SECRET],
      [`--token=${SECRET}`, "--help"],
    ]) {
      it(JSON.stringify(args.join(" ")), () => {
        const { said, outcome } = tried(args);
        expect(outcome).to.not.equal(undefined);
        expect(said).to.not.include(SECRET);
        expect(said).to.not.equal("");
      });
    }

    it("in the environment, of which --help tells the name only", () => {
      withEnvironment({ SPEC_TOKEN: SECRET }, () => {
        expect(tried(["--help"]).said)
          .to.include("(env: SPEC_TOKEN)")
          .and.not.include(SECRET);
        expect(tried(["--nope"]).said).to.not.include(SECRET);
      });
    });
  });
});

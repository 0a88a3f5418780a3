import { expect } from "chai";
import { Command } from "commander";
import { opsClientOf, withApiOptions } from "../../../lib/cli/api/apiOptions.js";
import { HttpServer } from "../../helpers/http.js";
import { withVariable } from "./withVariable.js";

const KEY = "aa_a-key-that-nobody-should-see";

describe("apiOptions", () => {
  it("take --api, or else AASM_API_URL", async () => {
    const parsed = (...args: readonly string[]): object => {
      const command = withApiOptions(new Command().exitOverride());
      return command.parse(args, { from: "user" }).opts();
    };
    await withVariable("AASM_API_URL", "http://127.0.0.1:1", () => {
      expect(parsed("--api", "http://127.0.0.1:2")).to.deep.equal({ api: "http://127.0.0.1:2" });
      expect(parsed()).to.deep.equal({ api: "http://127.0.0.1:1" });
    });
    await withVariable("AASM_API_URL", undefined, () => expect(parsed()).to.deep.equal({}));
  });

  it("say what is the default", () => {
    const text = (command: Command): string => command.helpInformation().replace(/\s+/g, " ");
    expect(text(withApiOptions(new Command()))).to.include("(default: http://127.0.0.1:7700)");
    expect(text(withApiOptions(new Command(), "none"))).to.include("(default: none)");
  });

  it("make a client of the usual server on this machine where none is named", () => {
    for (const args of [{}, { api: "" }]) expect(opsClientOf(args).apiUrl).to.equal("http://127.0.0.1:7700");
    expect(opsClientOf({ api: "https://gateway.example/" }).apiUrl).to.equal("https://gateway.example");
  });

  it("bring the key of AASM_API_KEY, where that is set", async () => {
    const keys: unknown[] = [];
    await using server = await HttpServer.start((response) => {
      keys.push(response.req.headers.authorization);
      response.end("[]");
    });
    for (const key of [KEY, "", undefined]) {
      await withVariable("AASM_API_KEY", key, () => opsClientOf({ api: server.url("") }).list());
    }
    expect(keys).to.deep.equal([`Bearer ${KEY}`, undefined, undefined]);
  });

  it("name what is wrong as it was given, without a word of the key", async () => {
    expect(() => opsClientOf({ api: "localhost:7700" })).to.throw(TypeError, /^--api must be a URL such as /);
    await withVariable("AASM_API_KEY", KEY, () => {
      expect(() => opsClientOf({ api: "http://gateway.example" }))
        .to.throw(TypeError, /^AASM_API_KEY must be left out where it would go to another machine in clear text$/)
        .with.nested.property("cause.message")
        .that.does.not.include(KEY);
    });
    await withVariable("AASM_API_KEY", "two words", () => {
      expect(() => opsClientOf({})).to.throw(TypeError, /^AASM_API_KEY must be a non-empty line/);
    });
  });
});

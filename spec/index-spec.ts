import { expect } from "chai";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import * as entry from "../lib/index.js";

const root = fileURLToPath(new URL("..", import.meta.url));

const values = {
  "the subscriber": ["OpControlSubscriber"],
  "the sources": ["gatewaySignals", "mergeSources", "SignalObservable"],
  "what was missed": ["OpsApiError", "restReconciler"],
  "the operators": ["awaitOp", "dropWhilePaused", "failOnTerminate", "holdByOp", "holdWhilePaused"],
  "the op at hand": ["currentOpId", "keepContext", "withOpId"],
  "the calls": ["governed"],
  "the abort signals": ["anyAbortSignal"],
  "the errors": [
    "AssemblyError",
    "HoldOverflowError",
    "OpControlUnavailableError",
    "OpTerminatedError",
    "OpWaitTimeoutError",
  ],
};

const types = {
  "the subscriber": [
    "AwaitOptions",
    "CleanupOptions",
    "Cleanup",
    "OpRun",
    "OpWork",
    "ReadyOptions",
    "WhenRunnableOptions",
  ],
  "the options": [
    "AgentIdentity",
    "ConnectOptions",
    "FromOptions",
    "GatewayOptions",
    "KeepaliveOptions",
    "OpControlOptions",
    "Reconcile",
    "ReconnectOptions",
    "WhenStaleOptions",
  ],
  "the sources": ["ChannelEvent", "SignalSource"],
  "what was missed": ["OpRecord", "OpRecordState", "OpsClientOptions"],
  "the operators": ["HoldByOpOptions", "HoldOptions", "Overflow", "StatusLookup"],
  "the calls": ["CallControl", "GovernedOptions"],
  "the abort signals": ["CombinedAbortSignal"],
  "the vocabulary": ["OpControlMessage", "OpControlSignal", "OpScope", "OpState", "OpStatus"],
  "the channel": ["ChannelState", "ChannelStatus", "CredentialToken"],
  "the diagnostics": ["Diagnostic", "MalformedReason", "RefusedReason"],
};

describe("index", () => {
  for (const [what, names] of Object.entries(values)) {
    it(`exports ${what}: ${names.join(", ")}`, () => {
      expect(entry).to.include.all.keys(names);
    });
  }

  it("exports nothing else at run time", () => {
    expect(Object.keys(entry)).to.have.members(Object.values(values).flat());
  });

  it("exports every operator that is not internal", () => {
    const folder = new URL("../lib/operators/", import.meta.url);
    const operators = readdirSync(folder)
      .map((file) => file.replace(/\.ts$/, ""))
      .filter((name) => /^[a-z]/.test(name))
      .filter((name) => !readFileSync(new URL(`${name}.ts`, folder), "utf8").includes("@internal"));

    expect(operators).to.include("awaitOp");
    expect(entry).to.include.all.keys(operators);
  });

  describe("as the compiler sees it", () => {
    let exported: readonly { readonly name: string; readonly internal: boolean; readonly value: boolean }[];

    before(function () {
      this.timeout(30_000);
      const path = `${root}lib/index.ts`;
      const program = ts.createProgram([path], {
        module: ts.ModuleKind.NodeNext,
        noEmit: true,
        skipLibCheck: true,
        target: ts.ScriptTarget.ES2023,
        types: [],
      });
      const checker = program.getTypeChecker();
      const source = program.getSourceFile(path);
      const index = source && checker.getSymbolAtLocation(source);
      exported = (index ? checker.getExportsOfModule(index) : []).map((symbol) => {
        const meant = checker.getAliasedSymbol(symbol);
        const internal = meant.getJsDocTags(checker).some(({ name }) => name === "internal");
        return { name: symbol.name, internal, value: Boolean(meant.flags & ts.SymbolFlags.Value) };
      });
    });

    it("exports these types and no others", () => {
      const names = exported.filter(({ value }) => !value).map(({ name }) => name);
      expect(names).to.have.members(Object.values(types).flat());
    });

    it("exports nothing that is internal", () => {
      expect(exported).not.to.deep.equal([]);
      expect(exported.filter(({ internal }) => internal)).to.deep.equal([]);
    });
  });

  it("starts nothing and leaves no trace when it is imported, so that the process exits by itself", async function () {
    this.timeout(30_000);
    const script = `
      const look = () => [
        ...process.getActiveResourcesInfo(),
        ...process.eventNames().flatMap((name) => process.listeners(name).map(() => "on " + String(name))),
        ...Object.getOwnPropertyNames(globalThis),
        ...Object.keys(process.env),
      ];
      const traces = look();
      await import("./lib/index.ts");
      const addedTo = (before) => look().filter((trace) => {
        const index = before.indexOf(trace);
        if (index >= 0) before.splice(index, 1);
        return index < 0;
      });
      // What tsx compiles for the first time it writes to its cache meanwhile.
      for (let look = 0; look < 500 && addedTo([...traces]).some((trace) => trace.startsWith("FSReq")); look++)
        await new Promise((resolve) => setTimeout(resolve, 10));
      console.log(JSON.stringify({ added: addedTo(traces) }));
    `;
    const started = ["--import", "tsx", "--input-type=module", "--eval", script];

    // Rejects when it has to be killed, so that an exit of its own is part of what is expected.
    const { stdout, stderr } = await promisify(execFile)(process.execPath, started, { cwd: root, timeout: 20_000 });

    expect(JSON.parse(stdout)).to.deep.equal({ added: [] });
    expect(stderr).to.equal("");
  });
});

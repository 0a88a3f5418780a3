import { expect } from "chai";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultOf, foreseenFault } from "../../../lib/cli/exec/CommandFault.js";

describe("foreseenFault", () => {
  let folder: string;
  let other: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "rx-op-control-"));
    other = join(folder, "other");
    await mkdir(join(other, "folder"), { recursive: true });
    for (const file of [join(folder, "text"), join(folder, "tool"), join(other, "tool")]) await writeFile(file, "");
    await chmod(join(other, "tool"), 0o755);
  });

  after(() => rm(folder, { recursive: true }));

  it("finds none with a command of the path or a file that can be executed", () => {
    expect(foreseenFault("sh")).to.be.undefined;
    expect(foreseenFault(process.execPath, "")).to.be.undefined;
    expect(foreseenFault("sh", undefined)).to.be.undefined;
  });

  it("goes on looking where the first of that name cannot be executed", () => {
    expect(foreseenFault("tool", `${folder}:${other}`)).to.be.undefined;
    expect(foreseenFault("tool", folder)).to.include({ exitCode: 126 });
  });

  it("says that it is not there", () => {
    for (const name of ["no-such-command", "./no/such/file", join(folder, "none"), ""]) {
      expect(foreseenFault(name)).to.deep.equal({ exitCode: 127, reason: "command not found" });
    }
  });

  it("says that it cannot be executed: a text, a folder", () => {
    for (const file of [join(folder, "text"), other]) {
      expect(foreseenFault(file)).to.deep.equal({ exitCode: 126, reason: "not an executable file" });
    }
    expect(foreseenFault("folder", other)).to.include({ exitCode: 126 });
  });
});

describe("faultOf", () => {
  it("is what a shell exits with, and what the operating system has said", () => {
    expect(faultOf(Object.assign(new Error("spawn ENOENT"), { code: "ENOENT" }))).to.include({ exitCode: 127 });
    const tooLong = Object.assign(new Error("spawn E2BIG"), { code: "E2BIG" });
    expect(faultOf(tooLong)).to.deep.equal({ exitCode: 126, reason: "spawn E2BIG" });
  });
});

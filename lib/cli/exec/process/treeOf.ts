import type { ProcessId } from "./descendants.js";
import { GroupTree } from "./GroupTree.js";
import { ProcessTree } from "./ProcessTree.js";
import { readProcess } from "./readProcesses.js";
import type { Tree } from "./Tree.js";

/** What descends from a process that leads a session of its own, as well as this machine can tell. */
export function treeOf(root: ProcessId, mark: string): Tree {
  return hasProc() ? new ProcessTree(root, mark) : new GroupTree(root.pid);
}

/** The same where the process may not be known yet: then its mark alone tells of it, where that can be seen. */
export function treeOfMark(mark: string): Tree | undefined {
  return hasProc() ? new ProcessTree(undefined, mark) : undefined;
}

/** What names a process that has just been started, before anybody has asked for its exit code. */
export function identify(pid: number): ProcessId {
  return { pid, startTime: readProcess(pid)?.startTime ?? "" };
}

function hasProc(): boolean {
  return readProcess("self") !== undefined;
}

/** What the command's exit codes mean. */
export const ExitCode = {
  done: 0,
  usage: 2,
  opTerminated: 3,
  channelFailed: 4,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

import { type Command, Option } from "commander";
import { OpsClient } from "../../rest/OpsClient.js";
import { given } from "../given.js";

const DEFAULT_API_URL = "http://127.0.0.1:7700";

/** The bearer key of the API server; from the environment only, for arguments are seen by others. */
export const API_KEY_VARIABLE = "AASM_API_KEY";

/** What the API options say, as commander gives it. */
export interface ApiArguments {
  readonly api?: string;
}

/** Gives a command the option that says where the gateway's API server is. */
export function withApiOptions(command: Command, otherwise = DEFAULT_API_URL): Command {
  return command.addOption(
    new Option(
      "--api <url>",
      `the gateway's API server; its key is read from ${API_KEY_VARIABLE} (default: ${otherwise})`,
    ).env("AASM_API_URL"),
  );
}

/**
 * A client of the API server that is named, or else of the usual one on this machine.
 *
 * @throws TypeError that names what is wrong as it was given.
 */
export function opsClientOf({ api }: ApiArguments): OpsClient {
  try {
    return new OpsClient({
      apiUrl: given(api) ?? DEFAULT_API_URL,
      apiKey: given(process.env[API_KEY_VARIABLE]),
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const message = error.message.replace(/^apiUrl\b/, "--api").replace(/^apiKey\b/, API_KEY_VARIABLE);
    throw new TypeError(message, { cause: error });
  }
}

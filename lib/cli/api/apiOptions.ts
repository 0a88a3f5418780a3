import { type Command, Option } from "commander";
import { OpsClient } from "../../rest/OpsClient.js";
import { given } from "../given.js";

const DEFAULT_API_URL = "http://127.0.0.1:7700";

/** The bearer key of the API server; from the environment only, for arguments are seen by others. */
const API_KEY_VARIABLE = "AASM_API_KEY";

/** What the API options say, as commander gives it. */
export interface ApiArguments {
  readonly api?: string;
}

/** Gives a command the option that says where the gateway's API server is. */
export function withApiOptions(command: Command, defaultText = DEFAULT_API_URL): Command {
  return command.addOption(
    new Option("--api <url>", `the gateway's API server; its key is read from ${API_KEY_VARIABLE}`)
      .env("AASM_API_URL")
      .default(undefined, defaultText),
  );
}

/** A client of the API server that is named, or else of the usual one on this machine. */
export function opsClientOf({ api }: ApiArguments): OpsClient {
  return new OpsClient({
    apiUrl: given(api) ?? DEFAULT_API_URL,
    apiKey: given(process.env[API_KEY_VARIABLE]),
  });
}

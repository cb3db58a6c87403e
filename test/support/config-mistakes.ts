import { loadConfig } from "../../src/config.ts";
import { OnhookError } from "../../src/errors.ts";

export const load = (fileText: string, env: Record<string, string> = {}) =>
  loadConfig({ file: "onhook.yaml", fileText, env });

/** The lines of the one error that loading gives. */
export function mistakes(fileText: string, env: Record<string, string> = {}): string[] {
  try {
    load(fileText, env);
  } catch (error) {
    if (!(error instanceof OnhookError) || error.code !== "CONFIG_INVALID") throw error;
    return error.message.split("\n").slice(1);
  }
  return [];
}

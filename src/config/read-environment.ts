import { settings } from "./catalogue.ts";
import { closest } from "./closest.ts";
import type { Given, Source } from "./given.ts";
import { legibleName } from "./legible-name.ts";

/** Variables of Onhook that are no settings: the settings file's path, a mark of the sandbox, a command's token. */
const reserved = new Set(["ONHOOK_CONFIG", "ONHOOK_SANDBOX", "ONHOOK_TOKEN"]);

/**
 * Kubernetes puts the addresses of a namespace's services into every container's environment: a service named
 * `onhook` gives ONHOOK_SERVICE_HOST, ONHOOK_PORT_8080_TCP_ADDR and more. They are nobody's mistake.
 */
const serviceLink =
  /^ONHOOK(_\w+)?(_SERVICE_HOST|_SERVICE_PORT(_\w+)?|_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

/** Reads settings from the environment. Only names that begin with ONHOOK_ are looked at. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Source {
  const given: Given[] = [];
  const mistakes: string[] = [];
  for (const [name, text] of Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (text === undefined || !name.startsWith("ONHOOK_") || reserved.has(name)) continue;
    const setting = settings.find((candidate) => candidate.env === name);
    if (setting !== undefined) {
      const value = setting.fromText(text);
      given.push({ path: setting.path, value, from: name, written: JSON.stringify(text) });
    } else if (!serviceLink.test(name)) {
      mistakes.push(unknownVariable(name));
    }
  }
  return { given, mistakes, readable: true };
}

function unknownVariable(name: string): string {
  const near = closest(name, [...settings.map((setting) => setting.env), ...reserved]);
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  return `${legibleName(name)} (environment): there is no such setting${hint}`;
}

import { z } from "zod";
import { flag, group, list, optionalText } from "./setting.ts";

const keyForm = /^[\w.-]{1,64}:[A-Za-z0-9+/]{43}=$/;

/** What the ids of keys are told apart by. */
function idsOf(keys: readonly string[]): Set<string> {
  return new Set(keys.map((key) => key.slice(0, key.indexOf(":"))));
}

export const secretSettings = group(
  "How the secrets of triggers (signing secrets, values of headers, credentials) are held in the triggers' topic.",
  {
    keys: list([], {
      doc: "Keys that secrets are encrypted with (AES-256-GCM), the newest first; `onhook secrets key` makes one. None, here and in secrets.keysFile: secrets are written as they are.",
      items: "texts",
      schema: z.array(z.string().regex(keyForm)).refine((keys) => idsOf(keys).size === keys.length),
      allowed:
        "items of an id of letters, digits, dots, underscores and hyphens, a colon and the base64 of 32 bytes, each id once",
      secret: true,
    }),
    keysFile: optionalText({
      doc: "File with more such keys, one a line; lines that are empty or begin with # are passed over. Read at start.",
    }),
    activeKey: optionalText({
      doc: "Id of the key to encrypt with; null: the first, of secrets.keys before secrets.keysFile. All others still decrypt.",
    }),
    requireEncrypted: flag(false, {
      doc: "Whether events of triggers with secrets that are not encrypted are refused.",
    }),
  },
);

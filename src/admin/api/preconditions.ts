import type { IncomingHttpHeaders } from "node:http";
import { InputError } from "../../errors.ts";
import type { RequestContext } from "../contract/handlers.ts";

const tag = /^"([\x21\x23-\x7e]+)"$/;

/**
 * What the request says of the version that it is meant for. Throws REQUEST_INVALID for headers that are not of the form
 * of RFC 9110; a list of tags is not taken, since a change is meant for one version.
 */
export function preconditionsOf(
  headers: IncomingHttpHeaders,
): Pick<RequestContext, "ifMatch" | "onlyNew"> {
  const given = headers["if-match"];
  const none = headers["if-none-match"];
  if (none !== undefined && none !== "*")
    throw new InputError("REQUEST_INVALID", [{ path: "If-None-Match", message: "has to be *" }]);
  const onlyNew = none === "*";
  if (given === undefined || given === "*") return { ifMatch: given ?? null, onlyNew };
  const matched = tag.exec(given.trim())?.[1];
  if (matched === undefined)
    throw new InputError("REQUEST_INVALID", [
      { path: "If-Match", message: 'has to be one ETag in quotes, such as "17", or *' },
    ]);
  return { ifMatch: matched, onlyNew };
}

import { InputError, OnhookError } from "../../errors.ts";

/** What Fastify calls the client's fault. A body that breaks off is no fault of Onhook's either: anybody can send one. */
function ofClient(error: Error): unknown {
  const { code, statusCode } = error as { readonly code?: unknown; readonly statusCode?: unknown };
  if (typeof statusCode !== "number" || statusCode < 400 || statusCode >= 500) return error;
  return String(code).startsWith("FST_")
    ? new OnhookError("REQUEST_INVALID")
    : new OnhookError("BODY_UNREADABLE", { problem: "it broke off" });
}

/** Fastify's own errors in the words of the table; anything else as it is. */
export function translated(error: unknown, maxBodyBytes: number): unknown {
  if (error instanceof OnhookError || !(error instanceof Error) || !("code" in error)) return error;
  switch (error.code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new OnhookError("BODY_TOO_LARGE", { bytes: maxBodyBytes });
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
    case "FST_ERR_CTP_EMPTY_TYPE":
    // Of the method QUERY, before anybody has asked whether there is such a path.
    case "FST_ERR_ROUTE_MISSING_CONTENT_TYPE":
      return new OnhookError("BODY_TYPE");
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return new OnhookError("BODY_UNREADABLE", { problem: "it is not as long as it says" });
    case "FST_ERR_BAD_URL":
      return new InputError("REQUEST_INVALID", [
        { path: "", message: "the path is badly encoded" },
      ]);
    case "FST_ERR_MAX_PARAM_LENGTH":
      return new OnhookError("NOT_FOUND");
    case "FST_ERR_HANDLER_TIMEOUT":
      return new OnhookError("ANSWER_OVERDUE");
    default:
      return ofClient(error);
  }
}

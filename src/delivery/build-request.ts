import { traceHeaders } from "../jobs/trace-context.ts";
import type { TraceContext } from "../jobs/trace-context.ts";
import { flatten, multipart, urlEncoded } from "./form-fields.ts";
import type { WebhookRequest } from "./http-request.ts";
import { payloadJson } from "./payload.ts";
import type { Payload } from "./payload.ts";
import { signerOf } from "./signature.ts";

export type RequestFormat = "json" | "form" | "multipart";

/** The part of a trigger's action that says how the request looks. */
export interface RequestShape {
  readonly url: string;
  readonly method: "GET" | "POST" | "PUT";
  /** How POST and PUT carry the payload; a GET carries it in the query. */
  readonly format: RequestFormat;
  /** Signing secrets, `whsec_<base64>` or `whsk_<base64>`; several while rotating, none: the request is not signed. */
  readonly secrets: readonly string[];
  /** From then on the first of them alone signs; ms since the epoch. */
  readonly oldSecretsUntil: number | null;
  /** The trigger's own; none of those that a request has by itself. */
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: Credentials | null;
}

/** What goes into the header `authorization`. */
export interface Credentials {
  readonly scheme: "basic" | "bearer";
  readonly username: string | null;
  /** The password or the token. */
  readonly secret: string;
}

export interface RequestParts {
  readonly payload: Payload;
  readonly action: RequestShape;
  readonly jobId: string;
  /** 1 for the first request, counted on with every retry. */
  readonly attempt: number;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  /** `onhook/<version>` */
  readonly userAgent: string;
  /** Where in a trace the request stands; null: in none. */
  readonly trace: TraceContext | null;
}

/** Appends to the query and leaves every byte of what is there: receivers put keys and their signatures into it. */
function withQuery(url: string, query: string): string {
  const hash = url.indexOf("#");
  const base = hash < 0 ? url : url.slice(0, hash);
  const start = base.indexOf("?");
  const joint = start < 0 ? "?" : start === base.length - 1 || base.endsWith("&") ? "" : "&";
  return base + joint + query;
}

function content(
  payload: Payload,
  format: RequestFormat,
  jobId: string,
): { readonly contentType: string; readonly body: Buffer } {
  switch (format) {
    case "json":
      return { contentType: "application/json", body: Buffer.from(payloadJson(payload)) };
    case "form": {
      const body = Buffer.from(urlEncoded(flatten(payload)));
      return { contentType: "application/x-www-form-urlencoded", body };
    }
    case "multipart":
      return multipart(flatten(payload), jobId);
    default:
      return format satisfies never;
  }
}

/** The secrets that sign at that time, in seconds since the epoch. */
function signing({ secrets, oldSecretsUntil }: RequestShape, timestamp: number): readonly string[] {
  const onlyNewest = oldSecretsUntil !== null && timestamp * 1000 >= oldSecretsUntil;
  return onlyNewest ? secrets.slice(0, 1) : secrets;
}

/** Sources: RFC 7617, in UTF-8; RFC 6750. */
function authorization({ scheme, username, secret }: Credentials): string {
  return scheme === "bearer"
    ? `Bearer ${secret}`
    : `Basic ${Buffer.from(`${username ?? ""}:${secret}`).toString("base64")}`;
}

type SentHeaders = Readonly<Record<string, string>>;

const knownHeaders = new WeakMap<RequestShape, SentHeaders>();

/** The same for all requests of a version of the trigger; made for the first. */
function triggerHeaders(shape: RequestShape): SentHeaders {
  let known = knownHeaders.get(shape);
  if (known === undefined) {
    const { headers, auth } = shape;
    const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    known = {
      ...(Object.fromEntries(named) as SentHeaders),
      ...(auth !== null && { authorization: authorization(auth) }),
    };
    knownHeaders.set(shape, known);
  }
  return known;
}

function ownHeaders(parts: RequestParts, body: Buffer | null): Record<string, string> {
  const { jobId: id, timestamp, action } = parts;
  const signed = { id, timestamp, body: body ?? "" };
  const signatures = signing(action, timestamp).map((secret) =>
    signerOf(action.secrets, secret)(signed),
  );
  return {
    ...triggerHeaders(action),
    "user-agent": parts.userAgent,
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    ...(signatures.length > 0 && { "webhook-signature": signatures.join(" ") }),
    "onhook-attempt": String(parts.attempt),
    ...(parts.trace !== null && traceHeaders(parts.trace)),
  };
}

/**
 * Builds the request of one attempt, signed with the secrets of the trigger; the signed body of a GET is the empty
 * string. Throws SECRET_INVALID. Source: specification 2, contract of the request.
 */
export function buildRequest(parts: RequestParts): WebhookRequest {
  const { payload, action, jobId } = parts;
  const { method, url } = action;
  if (method === "GET") {
    const query = urlEncoded(flatten(payload));
    return { method, url: withQuery(url, query), headers: ownHeaders(parts, null), body: null };
  }
  const { contentType, body } = content(payload, action.format, jobId);
  const headers = { ...ownHeaders(parts, body), "content-type": contentType };
  return { method, url, headers, body };
}

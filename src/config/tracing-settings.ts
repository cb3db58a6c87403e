import { z } from "zod";
import { fraction, group, list, optionalText, wholeNumber } from "./setting.ts";

const endpoint = z
  .string()
  .regex(/^https?:\/\/[^\s/?#@\\]+(\/[^\s?#]*)?$/)
  .refine((text) => URL.canParse(text) && !/\/v1\/traces\/?$/.test(text));

/** As RFC 9110 (5.1, 5.5) has names and values; a comma would divide two of the variable. */
const header =
  /^[!#$%&'*+.^_`|~\dA-Za-z-]+=[\x21-\x2b\x2d-\x7e](?:[\x20-\x2b\x2d-\x7e]*[\x21-\x2b\x2d-\x7e])?$/;

export const tracingSettings = group(
  "Traces, sent to an OpenTelemetry collector. docs/tracing.md tells more.",
  {
    otlpEndpoint: optionalText({
      doc: "Base address of a collector's OTLP/HTTP, such as http://collector:4318; /v1/traces is added. null: no spans are made, and what the traceparent of a call says is merely handed on.",
      schema: endpoint,
      allowed:
        "an http:// or https:// address without user, password, query and fragment, and without /v1/traces",
    }),
    sampleRatio: fraction(1, {
      doc: "What part of the traces that begin here are recorded. Those that come with a call are recorded where its traceparent says so.",
    }),
    headers: list<string>([], {
      doc: "Headers of the requests to the collector, such as its token.",
      items: "texts",
      schema: z.array(z.string().regex(header)),
      allowed: "items of a header's name, = and its value, of printable ASCII without commas",
      secret: true,
    }),
    caFile: optionalText({
      doc: "PEM file with the certificates that the collector's one is checked against; null: those that Node trusts.",
    }),
    timeoutMs: wholeNumber(3000, {
      doc: "How long sending one batch of spans may take, with what is tried again; then they are dropped.",
      unit: "ms",
      min: 100,
      max: 600_000,
    }),
    maxQueuedSpans: wholeNumber(8192, {
      doc: "How many spans wait for the collector at most; more are dropped, and counted.",
      unit: "spans",
      min: 1,
      max: 100_000,
    }),
  },
);

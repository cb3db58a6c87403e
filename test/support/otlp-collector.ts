import { createServer } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";
import protobuf from "protobufjs";
import { createWatch } from "./e2e-watch.ts";
import { listen } from "./loopback-receiver.ts";

/** What of opentelemetry-proto 1.x is looked at (common, resource, trace and the collector's service), with its numbers. */
const proto = `
syntax = "proto3";
message Request { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
message Scope { string name = 1; string version = 2; }
message Span {
  bytes trace_id = 1;
  bytes span_id = 2;
  string trace_state = 3;
  bytes parent_span_id = 4;
  string name = 5;
  Kind kind = 6;
  fixed64 start_time_unix_nano = 7;
  fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9;
  Status status = 15;
}
enum Kind { UNSPECIFIED = 0; INTERNAL = 1; SERVER = 2; CLIENT = 3; PRODUCER = 4; CONSUMER = 5; }
message Status { string message = 2; Code code = 3; }
enum Code { UNSET = 0; OK = 1; ERROR = 2; }
message KeyValue { string key = 1; Value value = 2; }
message Value { oneof value { string text = 1; bool flag = 2; int64 whole = 3; double number = 4; } }
`;
const requestType = protobuf.parse(proto).root.lookupType("Request");

type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A span as a collector sees it. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** "" where it begins its trace. */
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  readonly kind: string;
  /** Ms since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly status: string;
  readonly statusMessage: string;
  readonly attributes: Attributes;
  /** Those of the process that made it. */
  readonly resource: Attributes;
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, string | number | boolean>>;
}

interface RawSpan extends Readonly<Record<"name" | "kind" | "traceState", string>> {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly startTimeUnixNano: number;
  readonly endTimeUnixNano: number;
  readonly status: { readonly code: string; readonly message: string } | null;
  readonly attributes: readonly KeyValue[];
}

interface RawRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly RawSpan[] }[];
  }[];
}

const hex = (base64: string): string => Buffer.from(base64, "base64").toString("hex");

function attributesOf(pairs: readonly KeyValue[]): Attributes {
  return Object.fromEntries(
    pairs.map(({ key, value }) => [key, Object.values(value)[0] as string | number | boolean]),
  );
}

function collected(span: RawSpan, resource: Attributes): CollectedSpan {
  return {
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: hex(span.parentSpanId),
    traceState: span.traceState,
    name: span.name,
    kind: span.kind,
    start: span.startTimeUnixNano / 1e6,
    end: span.endTimeUnixNano / 1e6,
    status: span.status?.code ?? "UNSET",
    statusMessage: span.status?.message ?? "",
    attributes: attributesOf(span.attributes),
    resource,
  };
}

/** Reads the body of an export. Throws where it is no such message. */
function spansOf(body: Buffer): CollectedSpan[] {
  const options = { bytes: String, enums: String, longs: Number, defaults: true };
  const request = requestType.toObject(requestType.decode(body), options) as RawRequest;
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const attributes = attributesOf(resource.attributes);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => collected(span, attributes)));
  });
}

/** A collector on loopback that keeps all spans it takes. Disposing it ends every connection. */
export interface OtlpCollector extends AsyncDisposable {
  /** Base address, for `tracing.otlpEndpoint`. */
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  /** Each request that came, taken or not. */
  readonly requests: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** Resolves as soon as `holds`, which is asked at each request. */
  until(holds: () => boolean): Promise<void>;
}

/** `status`: asked at each request; spans are taken at 200 alone. One that never settles hangs. */
export async function startCollector(
  status: () => number | Promise<number> = () => 200,
): Promise<OtlpCollector> {
  const spans: CollectedSpan[] = [];
  const requests: { path: string; headers: IncomingHttpHeaders }[] = [];
  const watch = createWatch();
  const server = createServer((request, response) => {
    void (async () => {
      const body = await buffer(request);
      requests.push({ path: request.url ?? "", headers: request.headers });
      watch.changed();
      const answer = await status();
      if (answer === 200) spans.push(...spansOf(body));
      response.writeHead(answer).end();
      watch.changed();
    })();
  });
  const receiver = await listen(server);
  return {
    url: `http://${receiver.host}`,
    spans,
    requests,
    until: watch.until,
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}

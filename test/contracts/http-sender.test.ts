import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HttpSender, WebhookRequest } from "../../src/delivery/http-request.ts";
import { createFakeHttpSender } from "../support/fake-http-sender.ts";
import type { ScriptedAnswer } from "../support/fake-http-sender.ts";
import { bodyOf, listen } from "../support/loopback-receiver.ts";
import { loopbackSender } from "../support/loopback-sender.ts";

/** A sender and a receiver that does as it is told. */
interface Harness extends AsyncDisposable {
  readonly sender: HttpSender;
  /** The address of a receiver that does this, request by request; the last goes on for ever. */
  receiver(...answers: readonly [ScriptedAnswer, ...ScriptedAnswer[]]): Promise<string>;
  /** What has arrived. */
  readonly received: readonly WebhookRequest[];
  /** Resolves when a request has arrived and is being kept waiting. */
  kept(): Promise<void>;
}

async function fakeHarness(): Promise<Harness> {
  const sender = createFakeHttpSender();
  return {
    sender,
    received: sender.requests,
    async receiver(...answers) {
      const url = "https://receiver.example/hook";
      sender.script(url, ...answers);
      return url;
    },
    async kept() {
      expect(sender.waiting).toBe(1);
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Failures as a server brings them about. */
function play(answer: Exclude<ScriptedAnswer, "silent">, response: ServerResponse): void {
  if ("status" in answer) {
    const { status, retryAfter } = answer;
    response.writeHead(status, retryAfter === undefined ? {} : { "retry-after": retryAfter });
    response.end("thanks");
  } else if (answer.failure === "connection") {
    response.destroy();
  } else if (answer.failure !== "timeout") {
    throw new Error(`a receiver can't bring about ${answer.failure}`);
  }
}

async function realHarness(): Promise<Harness> {
  const parts = new AsyncDisposableStack();
  const received: WebhookRequest[] = [];
  const sender = parts.use(loopbackSender({ timeoutMs: 300 }));
  let script: ScriptedAnswer[] = [];
  const kept = Promise.withResolvers<void>();
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, headers, url } = request;
    const body = await bodyOf(request);
    received.push({
      method: method as WebhookRequest["method"],
      url: `http://${headers.host}${url}`,
      headers: headers as Record<string, string>,
      body: body.length > 0 ? body : null,
    });
    const answer = script.length > 1 ? script.shift() : script[0];
    if (answer === "silent") kept.resolve();
    else if (answer !== undefined) play(answer, response);
  }
  const server = createServer((request, response) => void handle(request, response));
  const receiver = parts.use(await listen(server));
  return {
    sender,
    received,
    receiver: async (...answers) => {
      script = [...answers];
      return `http://${receiver.host}/hook`;
    },
    kept: () => kept.promise,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

function post(url: string, body = "{}"): WebhookRequest {
  const headers = {
    "content-type": "application/json",
    "webhook-id": "job",
    "onhook-attempt": "2",
  };
  return { method: "POST", url, headers, body: Buffer.from(body) };
}

const never = new AbortController().signal;

describe.each([
  ["the fake sender", fakeHarness],
  ["the sender over undici", realHarness],
])("%s", (_, start) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await start();
  });
  afterEach(async () => {
    await harness[Symbol.asyncDispose]();
  });

  test.each([200, 201, 204, 301, 302, 307, 400, 404, 410, 413, 429, 500, 503])(
    "gives an answer of status %i as an answer",
    async (status) => {
      const url = await harness.receiver({ status });
      const result = await harness.sender.send(post(url), {});
      expect(result).toMatchObject({ kind: "answer", status, retryAfter: null });
      expect(result.durationMs).toBeGreaterThanOrEqual(0);
      expect(harness.received).toHaveLength(1);
    },
  );

  test.each(["120", "Fri, 31 Dec 1999 23:59:59 GMT", "nonsense"])(
    "hands on Retry-After as it came: %s",
    async (retryAfter) => {
      const url = await harness.receiver({ status: 503, retryAfter });
      const result = await harness.sender.send(post(url), {});
      expect(result).toMatchObject({ kind: "answer", status: 503, retryAfter });
    },
  );

  test.each(["POST", "PUT"] as const)("brings a %s to the receiver as it is", async (method) => {
    const url = await harness.receiver({ status: 200 });
    const request = { ...post(`${url}?a='%2f'&b=1+2`, '{"name":"Zoë 🙂"}'), method };
    await harness.sender.send(request, {});
    const [received] = harness.received;
    expect(received).toMatchObject({ method, url: request.url, body: request.body });
    expect(received?.headers).toMatchObject(request.headers);
  });

  test("brings a GET to the receiver, without a body", async () => {
    const url = await harness.receiver({ status: 200 });
    const headers = { "webhook-id": "job" };
    const request = { method: "GET", url: `${url}?cdr%5Bid%5D=c`, headers, body: null } as const;
    await harness.sender.send(request, {});
    expect(harness.received[0]).toMatchObject(request);
    expect(harness.received[0]?.headers).not.toHaveProperty("content-length");
  });

  test("sends each request once, and answers each by its own answer", async () => {
    const url = await harness.receiver({ status: 500 }, { failure: "connection" }, { status: 200 });
    const results = [];
    for (let n = 0; n < 4; n += 1) results.push(await harness.sender.send(post(url), {}));
    expect(results).toMatchObject([
      { kind: "answer", status: 500 },
      { kind: "failure", reason: "connection" },
      { kind: "answer", status: 200 },
      { kind: "answer", status: 200 },
    ]);
    expect(harness.received).toHaveLength(4);
  });

  test("says timeout when no answer comes in time", async () => {
    const url = await harness.receiver({ failure: "timeout" });
    const result = await harness.sender.send(post(url), { signal: never });
    expect(result).toMatchObject({ kind: "failure", reason: "timeout" });
  });

  test("gives a request up when it is told to", async () => {
    const url = await harness.receiver("silent");
    const stop = new AbortController();
    const sent = harness.sender.send(post(url), { signal: stop.signal });
    await harness.kept();
    stop.abort();
    expect(await sent).toMatchObject({ kind: "failure", reason: "aborted" });
    expect(harness.received).toHaveLength(1);
  });

  test("does not begin a request that is given up already", async () => {
    const url = await harness.receiver({ status: 200 });
    const result = await harness.sender.send(post(url), { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ kind: "failure", reason: "aborted" });
    expect(harness.received).toHaveLength(0);
  });

  test("says nothing of the address or the payload in a failure", async () => {
    const url = await harness.receiver({ failure: "connection" });
    const request = post(`${url}?key=hush`, "hush");
    const result = await harness.sender.send(request, {});
    expect(result).toHaveProperty("message");
    expect(JSON.stringify(result)).not.toMatch(/hush|hook|127\.|example/);
  });
});

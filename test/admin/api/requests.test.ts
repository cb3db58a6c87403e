import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { OnhookError } from "../../../src/errors.ts";
import { MemoryConfig, openAdmin } from "../../support/memory-admin.ts";
import { someTriggerId, triggerInput } from "../../triggers/trigger-input.ts";

const path = "/tenants/t1/triggers";
const action = { url: "https://example.com/hook" };

function problemsOf({ json }: { readonly json: Record<string, never> }): string[] {
  return (json["problems"] as unknown as { path: string }[]).map(({ path }) => path);
}

describe("a body", () => {
  test.each([
    ["no JSON", '{"action":', 400, "BODY_UNREADABLE"],
    ["empty", "", 400, "BODY_UNREADABLE"],
    ["not UTF-8", Buffer.from([0x22, 0xff, 0x22]), 400, "BODY_UNREADABLE"],
    ["with a mark of the order of bytes", "\uFEFF{}", 400, "BODY_UNREADABLE"],
    ["with a NUL", '{"name":"a\\u0000"}', 400, "REQUEST_INVALID"],
    ["with half a character", '{"name":"\\ud800"}', 400, "REQUEST_INVALID"],
    [
      "with half a character in a name",
      '{"action":{"customData":{"\\udc00":""}}}',
      400,
      "REQUEST_INVALID",
    ],
    [
      "that would change what objects are",
      '{"__proto__":{"enabled":false}}',
      400,
      "REQUEST_INVALID",
    ],
    ["the same further in", '{"action":{"constructor":{"prototype":1}}}', 400, "REQUEST_INVALID"],
    ["as deep as it gets", `${"[".repeat(20_000)}${"]".repeat(20_000)}`, 400, "REQUEST_INVALID"],
    ["that is a list", "[]", 400, "REQUEST_INVALID"],
    ["that is null", "null", 400, "REQUEST_INVALID"],
    [
      "with a number beyond all numbers",
      '{"action":{"url":"https://a.example","retries":1e999}}',
      400,
      "TRIGGER_INVALID",
    ],
    ["too large", `{"name":"${"a".repeat(100_000)}"}`, 413, "BODY_TOO_LARGE"],
  ])("%s is refused by the client's fault", async (_, body, status, code) => {
    const { ask, topics } = await openAdmin();
    const answer = await ask("t1", "POST", path, body);
    expect([answer.status, answer.json["code"]]).toEqual([status, code]);
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    expect(topics.records.triggers).toEqual([]);
  });

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
  ])("of type %s is refused: a form of another site can send no other", async (type) => {
    const { ask } = await openAdmin();
    const answer = await ask("t1", "POST", path, "{}", { "content-type": type });
    expect([answer.status, answer.json["code"]]).toEqual([415, "BODY_TYPE"]);
  });

  test("may say its type with a charset", async () => {
    const { ask } = await openAdmin();
    const type = { "content-type": "application/json; charset=utf-8" };
    expect((await ask("t1", "POST", path, { action }, type)).status).toBe(201);
  });

  test("that is asked for and missing is named", async () => {
    const { ask } = await openAdmin();
    expect((await ask("t1", "POST", path)).status).toBe(400);
  });

  test.each([
    ["POST", "/disable"],
    ["DELETE", ""],
  ] as const)("that is not asked for may be empty under a type: %s %s", async (method, what) => {
    const topics = new MemoryConfig();
    await topics.append("triggers", someTriggerId, triggerInput({ tenantId: "t1" }));
    const { ask } = await openAdmin(topics);
    const url = `${path}/${someTriggerId}${what}`;
    const answer = await ask("t1", method, url, "", { "if-match": "*" });
    expect(answer.status).toBe(method === "POST" ? 200 : 204);
    expect(topics.records.triggers).toHaveLength(2);
  });

  test("that is not asked for is read all the same", async () => {
    const { ask } = await openAdmin();
    const answer = await ask("t1", "DELETE", `${path}/${someTriggerId}`, "{");
    expect([answer.status, answer.json["code"]]).toEqual([400, "BODY_UNREADABLE"]);
  });

  test("names what nobody knows, further in too", async () => {
    const { ask } = await openAdmin();
    const body = { trigger: { action }, calls: 5, call: { cdrId: "x" } };
    const answer = await ask("t1", "POST", "/tenants/t1/dry-run", body);
    expect([answer.status, problemsOf(answer)]).toEqual([400, ["call"]]);
    const preview = { trigger: { action }, call: { cdr: "x" } };
    expect(problemsOf(await ask("t1", "POST", "/tenants/t1/preview", preview))).toEqual([
      "call.cdr",
    ]);
  });
});

describe("where nobody is signed in yet", () => {
  const padded = (bytes: number): string => JSON.stringify({ token: "" }).padEnd(bytes);

  test.each([
    [null, "POST", "/session"],
    [null, "DELETE", "/session"],
    ["operator", "POST", "/sign-in-links"],
  ] as const)(
    "and what comes of it, 8 KiB are read and no more: %s %s %s",
    async (who, method, url) => {
      const { ask } = await openAdmin();
      const answer = await ask(who, method, url, padded(8193));
      expect([answer.status, answer.json["code"]]).toEqual([413, "BODY_TOO_LARGE"]);
      expect(answer.json["detail"]).toContain("8192");
      expect((await ask(who, method, url, padded(8192))).status).not.toBe(413);
    },
  );

  test("nothing is made of what is sent to where nothing is", async () => {
    const { ask } = await openAdmin();
    const answer = await ask(null, "POST", "/nothing", "{");
    expect([answer.status, answer.json["code"]]).toEqual([404, "NOT_FOUND"]);
  });
});

describe("a query", () => {
  test.each([
    ["limt=3", ["limt"]],
    ["limit=0", ["limit"]],
    ["limit=201", ["limit"]],
    ["limit=", ["limit"]],
    ["limit=1e9", ["limit"]],
    ["limit=1.5", ["limit"]],
    ["limit=3&limit=4", ["limit"]],
    ["search=%ff", ["search"]],
    ["search=%00", ["search"]],
    ["__proto__=1", ["__proto__"]],
    [`search=${"a".repeat(201)}`, ["search"]],
  ])("%s is refused by the name of the parameter", async (query, named) => {
    const { ask } = await openAdmin();
    const answer = await ask("t1", "GET", `${path}?${query}`);
    expect([answer.status, answer.json["code"]]).toEqual([400, "REQUEST_INVALID"]);
    expect(problemsOf(answer)).toEqual(named);
  });

  test("of an operation that has none is refused too", async () => {
    const { ask } = await openAdmin();
    expect(problemsOf(await ask("t1", "GET", "/tenants/t1?reveal=true"))).toEqual(["reveal"]);
  });
});

describe("a path", () => {
  test.each(["/nothing", "/tenants/t1/nothing", "/", "//", "/tenants/t1/triggers/a/b"])(
    "that leads nowhere is a problem, too: %s",
    async (url) => {
      const { ask } = await openAdmin();
      const answer = await ask("t1", "GET", url);
      expect([answer.status, answer.json["code"]]).toEqual([404, "NOT_FOUND"]);
      expect(answer.headers["content-type"]).toContain("application/problem+json");
    },
  );

  test("with a NUL is refused, an id that is none by its name", async () => {
    const { ask } = await openAdmin();
    expect((await ask("operator", "GET", "/tenants/a%00b")).status).toBe(400);
    expect(problemsOf(await ask("t1", "GET", `${path}/nothing`))).toEqual(["triggerId"]);
  });

  test.each(["PUT", "DELETE", "PATCH", "OPTIONS"] as const)(
    "that takes other methods than %s says which",
    async (method) => {
      const { ask } = await openAdmin();
      const answer = await ask("t1", method, path);
      expect([answer.status, answer.headers["allow"]]).toEqual([405, "GET, HEAD, POST"]);
    },
  );
});

test("every answer says that nobody may keep it, frame it or guess what it is", async () => {
  const { ask } = await openAdmin();
  for (const url of ["/tenants/t1", "/nothing", "/openapi.json"]) {
    const { headers } = await ask("t1", "GET", url);
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
    });
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
  }
});

describe("a fault", () => {
  test("of a handler is logged and not told", async () => {
    const fault = new TypeError("password hunter2");
    const { ask, events } = await openAdmin(undefined, {
      handlers: { readTenant: () => Promise.reject(fault) },
    });
    const answer = await ask("t1", "GET", "/tenants/t1");
    expect([answer.status, answer.json["code"]]).toEqual([500, "FAULT"]);
    expect(answer.text).not.toContain("hunter2");
    expect(events).toContainEqual({ type: "admin.failed", operation: "readTenant", error: fault });
  });

  test("is an answer that is not as the schema says, and what is not in the schema never leaves", async () => {
    const body = { tenantId: "t1", name: "", maxTriggers: null, suspended: false };
    const triggers = { all: 0, active: 0, disabled: 0, overLicence: 0, hidden: "hunter2" };
    const { ask } = await openAdmin(undefined, {
      handlers: {
        readTenant: async () => ({ body: { ...body, triggers, secret: "hunter2" } }),
        listTenants: async () => ({ body: { items: [{ ...body }] } as never }),
      },
    });
    const answer = await ask("t1", "GET", "/tenants/t1");
    expect(answer.json["triggers"]).toEqual({ all: 0, active: 0, disabled: 0, overLicence: 0 });
    expect(answer.text).not.toContain("hunter2");
    expect((await ask("operator", "GET", "/tenants")).status).toBe(500);
  });

  test("of the brokers that the API is not made to tell keeps its words to itself", async () => {
    const error = new OnhookError("KAFKA_REFUSED", { problem: "broker-7.internal" });
    const { ask, events } = await openAdmin(undefined, {
      handlers: { readTenant: () => Promise.reject(error) },
    });
    const answer = await ask("t1", "GET", "/tenants/t1");
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain("broker-7");
    expect(events.map(({ type }) => type)).toContain("admin.failed");
  });
});

test("a body that breaks off is no fault: nobody can fill the log of errors from outside", async () => {
  const { server, events } = await openAdmin();
  const gone = new Promise((resolve) => {
    server.server.once("connection", (each) => each.once("close", () => setImmediate(resolve)));
  });
  const { port } = new URL(await server.listen({ host: "127.0.0.1", port: 0 }));
  const socket = connect({ host: "127.0.0.1", port: Number(port) });
  socket.write(
    "POST /api/v1/session HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{",
    () => setImmediate(() => socket.destroy()),
  );
  await gone;
  await server.close();
  expect(events.filter(({ type }) => type === "admin.failed")).toEqual([]);
});

test("every request is told: what it was, how it ended, and who asked", async () => {
  const { ask, events } = await openAdmin();
  await ask("t1", "POST", path, { action: {} });
  await ask(null, "GET", "/nothing");
  expect(events).toMatchObject([
    {
      type: "admin.answered",
      operation: "createTrigger",
      method: "POST",
      status: 400,
      code: "TRIGGER_INVALID",
      principal: "token:tenant-admin-of-t1",
      tenantId: "t1",
    },
    { operation: null, status: 404, code: "NOT_FOUND", principal: null, tenantId: null },
  ]);
});

test("who goes before the answer has come aborts the work", async () => {
  const { promise: began, resolve: begin } = Promise.withResolvers<AbortSignal>();
  const { server } = await openAdmin(undefined, {
    handlers: {
      readTenant: (_, { signal }) => {
        begin(signal);
        return new Promise(() => undefined);
      },
    },
  });
  const address = await server.listen({ host: "127.0.0.1", port: 0 });
  const gone = new AbortController();
  const asked = fetch(`${address}/api/v1/tenants/t1`, {
    headers: { authorization: "Bearer t1" },
    signal: gone.signal,
  });
  const signal = await began;
  expect(signal.aborted).toBe(false);
  const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
  gone.abort();
  await expect(asked).rejects.toThrow("aborted");
  await aborted;
  server.server.closeAllConnections();
  await server.close();
});

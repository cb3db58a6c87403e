import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operations } from "../../src/admin/contract/operations.ts";
import type { OperationId } from "../../src/admin/contract/operations.ts";
import type { Operation } from "../../src/admin/contract/operation.ts";
import { startAdminStage } from "../support/admin-stage.ts";
import type { AdminStage } from "../support/admin-stage.ts";
import type { ApiAnswer, ApiClient } from "../support/api-client.ts";
import { makeWorld } from "../support/rights/rights-world.ts";
import type { Things, World } from "../support/rights/rights-world.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
let stage: AdminStage;
let world: World;
let own: ApiClient;
let t: string;

beforeAll(async () => {
  stage = await startAdminStage(stack, "injection", {
    ONHOOK_ADMIN_REQUESTS_PER_MINUTE: "1000000",
    ONHOOK_ADMIN_FAILED_SIGN_INS_PER_MINUTE: "1000000",
  });
  world = await makeWorld(stage);
  own = world.as("own");
  t = `/tenants/${world.things.tenantId}`;
});
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});

/** What a query made of text would take for more than a value. */
const injections = [
  "' OR '1'='1",
  "' OR 1=1 --",
  '" OR ""="',
  "1; DROP TABLE attempts; --",
  "'); DELETE FROM deliveries; --",
  "' UNION SELECT tenantId, hash FROM sqlite_master --",
  "'; ATTACH DATABASE '/tmp/onhook-injected.sqlite' AS stolen; --",
  "x' AND load_extension('/tmp/evil.so') --",
  "%' ESCAPE '\\",
  "_%",
  "*",
  "{$ne: null}",
  "${7*7}",
  "../../etc/passwd",
  "a\r\nset-cookie: stolen=1",
  "\u0000",
  "\ud800",
  "A".repeat(400),
];

/** Every parameter of every query, and of every path besides the tenant's id. */
const places = (Object.entries(operations) as [OperationId, Operation][])
  .filter(([, { method }]) => method === "GET")
  .flatMap(([id, { path, query }]) => {
    const shape = (query as { shape?: object } | undefined)?.shape ?? {};
    const inQuery = Object.keys(shape).map((name) => ({ id, path, name, isPath: false }));
    const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => ({
      id,
      path,
      name,
      isPath: true,
    }));
    return inQuery.concat(inPath);
  });

function filled(path: string, things: Things, name: string, value: string): string {
  return path.replaceAll(/:(\w+)/g, (_, each: string) =>
    each === name ? encodeURIComponent(value) : things[each as keyof Things],
  );
}

const encodable = (text: string): boolean => text.isWellFormed();

/** What is remembered of the tenant, which no question may change. */
async function memory(): Promise<readonly string[]> {
  const paths = [`${t}/deliveries`, `${t}/changes`, `${t}/triggers`];
  const answers = await Promise.all(paths.map((path) => own.ask("GET", `${path}?limit=200`)));
  return answers.map(({ text }) => text);
}

describe("a value that is more than a value", () => {
  it("is found in parameters of many operations", () => {
    expect(new Set(places.map(({ id }) => id)).size).toBeGreaterThan(12);
  });

  it.each(places)("is none in $name of $id", async ({ id, path, name, isPath }) => {
    for (const value of injections.filter(encodable)) {
      const place = filled(path, world.things, isPath ? name : "", value);
      const needed = id === "listFieldValues" && name !== "path" ? "&path=dir" : "";
      const query = isPath ? "" : `?${name}=${encodeURIComponent(value)}${needed}`;
      const answer = await own.ask("GET", `${place}${query}`);
      expect({ value, status: answer.status }).toEqual({
        value,
        status: expect.toBeOneOf([200, 400, 403, 404]),
      });
      expect(answer.headers["set-cookie"]).toBeUndefined();
      // Nobody else's, and nothing of the database's own.
      const secrets = [world.otherThings.tenantId, world.otherThings.jobId, "sqlite_master"];
      const told = secrets.filter((each) => !value.includes(each) && answer.text.includes(each));
      expect(told).toEqual([]);
    }
  });

  it("changes nothing that is remembered", async () => {
    const before = await memory();
    for (const value of injections.filter(encodable))
      for (const name of ["cdrId", "cursor", "triggerId", "state"])
        await own.ask("GET", `${t}/deliveries?${name}=${encodeURIComponent(value)}`);
    expect(await memory()).toEqual(before);
  });

  it("finds nothing where it is searched for as a text", async () => {
    const found: unknown[] = [];
    for (const value of injections.filter(encodable)) {
      const search = encodeURIComponent(value.slice(0, 200));
      const answer = await own.ask("GET", `${t}/triggers?search=${search}`);
      const { items = [] } = answer.json() as { readonly items?: readonly unknown[] };
      found.push(...items);
    }
    expect(found).toEqual([]);
  });

  it.each(["deliveries", "changes", "calls", "triggers"])(
    "is no cursor of %s, however well it is packed",
    async (list) => {
      for (const value of injections.filter(encodable)) {
        const packed = Buffer.from(JSON.stringify({ value })).toString("base64url");
        for (const cursor of [value, packed, Buffer.from(value).toString("base64url")]) {
          const answer = await own.ask("GET", `${t}/${list}?cursor=${encodeURIComponent(cursor)}`);
          expect({ cursor, status: answer.status }).toEqual({ cursor, status: 400 });
        }
      }
    },
  );
});

const isRefusal = (answer: ApiAnswer): boolean =>
  answer.status >= 400 &&
  answer.status < 500 &&
  String(answer.headers["content-type"]).startsWith("application/problem+json");

describe("names and values that would be headers of their own", () => {
  const broken = ["a\r\nset-cookie: stolen=1", "a\nx: y", "a\rb", "a\u0000b"];

  it.each(broken)("are refused as a header of a trigger: %j", async (value) => {
    for (const headers of [{ [value]: "1" }, { "x-own": value }]) {
      const body = { name: "a", action: { url: world.hooks.url, headers } };
      const answer = await own.ask("POST", `${t}/triggers`, { body });
      expect(isRefusal(answer)).toBe(true);
      expect(answer.text).not.toContain("stolen");
    }
  });

  it.each(["host", "Content-Length", "transfer-encoding", "webhook-signature", "Connection"])(
    "are refused as the request's own %s",
    async (name) => {
      const body = { name: "a", action: { url: world.hooks.url, headers: { [name]: "1" } } };
      expect(isRefusal(await own.ask("POST", `${t}/triggers`, { body }))).toBe(true);
    },
  );

  it.each(broken.slice(0, 3))("make no header of an answer: %j", async (value) => {
    const operator = world.as("operator");
    const tenant = `/tenants/${encodeURIComponent(value)}`;
    const asked = [
      operator.ask("POST", `${tenant}/triggers`, { body: { name: value, action: { url: "" } } }),
      operator.ask("PUT", tenant, { body: { name: value }, headers: { "if-match": "*" } }),
      operator.ask("POST", `${tenant}/tokens`, { body: { name: value } }),
      operator.ask("POST", "/sign-in-links", { body: { tenantId: value, name: value } }),
    ];
    for (const { status, headers } of await Promise.all(asked)) {
      expect(status).toBeLessThan(500);
      expect(headers["set-cookie"]).toBeUndefined();
      expect(JSON.stringify(headers)).not.toMatch(/\\[rn]/);
    }
  });
});

describe("a body that is meant to break what reads it", () => {
  const deep = (open: string, close: string, levels: number): string =>
    open.repeat(levels) + close.repeat(levels);
  const bodies: readonly (readonly [string, string | Buffer])[] = [
    ["a hundred thousand lists in each other", deep("[", "]", 100_000)],
    [
      "a hundred thousand objects in each other",
      `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
    ],
    ["a property that is every object's own", '{"__proto__":{"role":"operator"},"action":{}}'],
    ["a constructor", '{"constructor":{"prototype":{"role":"operator"}},"action":{}}'],
    ["half a JSON", '{"name":"a",'],
    ["a number beyond all numbers", '{"name":1e999,"action":{"retries":1e999}}'],
    ["no UTF-8", Buffer.from([0x22, 0xff, 0xfe, 0x22])],
    ["half a character", '{"name":"\\ud800","action":{"url":"https://example.com"}}'],
    ["nothing", ""],
    ["a text in place of an object", '"name"'],
  ];

  it.each(bodies)("is refused: %s", async (_, body) => {
    const answer = await own.ask("POST", `${t}/triggers`, { body });
    expect({ text: answer.text, refused: isRefusal(answer) }).toEqual({
      text: answer.text,
      refused: true,
    });
    expect((await own.ask("GET", "/me")).json()).toMatchObject({ role: "tenant-admin" });
  });
});

import { describe, expect, test } from "vitest";
import { callHandlers } from "../../../src/admin/calls/handlers.ts";
import { sampleCall } from "../../../src/explaining/sample-call.ts";
import {
  askedBy,
  askedTest as asked,
  memoryCalls,
  heldToContract,
} from "../../support/memory-calls.ts";

const own = askedBy("tenant-admin", "t");
const operator = askedBy("operator", null);
const url = "https://crm.example/hook";
const secret = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`;

const code = async (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => "answered",
    (error: { code: string }) => error.code,
  );

describe("the preview", () => {
  test("is the request that a delivery makes, of a made-up call", async () => {
    const { body } = await memoryCalls().handlers.previewRequest(asked(), own);
    expect(body).toMatchObject({
      method: "POST",
      url,
      contentType: "application/json",
      cdrId: null,
    });
    const payload = JSON.parse(body.body ?? "") as { cdr: object; tenantId: string };
    expect(payload.tenantId).toBe("t");
    expect(payload.cdr).toEqual(sampleCall("t").cdr);
  });

  test("has no credentials, no header of the trigger's own and no signature in it", async () => {
    const action = {
      secrets: [secret],
      headers: { "X-Own": "hush-header" },
      auth: { scheme: "basic", username: "user", password: "hush-password" },
    };
    const { body } = await memoryCalls().handlers.previewRequest(asked({ action }), own);
    const header = (wanted: string) => body.headers.find(({ name }) => name === wanted)?.value;
    expect(header("x-own")).toBe("***");
    expect(header("authorization")).toBe("***");
    expect(header("webhook-signature")).toBe("v1,***");
    expect(JSON.stringify(body)).not.toMatch(/hush|MDEyMzQ1/);
  });

  test.each(["json", "form", "multipart"])("of a real call is masked as %s", async (format) => {
    const world = memoryCalls();
    world.call("t", { id: "c1", cliNum: "+15550100123", cliName: "Zoë Doe" });
    const given = asked({ action: { format }, cdrId: "c1" });
    const { body } = await world.handlers.previewRequest(given, own);
    expect(body.body).toContain("23");
    expect(body.body).not.toContain("5550100");
    expect(body.cdrId).toBe("c1");
  });

  test("of a real call is masked in the address of a GET too, and shown where that is allowed", async () => {
    const world = memoryCalls();
    world.call("t", { id: "c1", cliNum: "+15550100123" });
    const given = { action: { method: "GET" }, cdrId: "c1" };
    const masked = await world.handlers.previewRequest(asked(given), own);
    expect(masked.body).toMatchObject({ body: null });
    expect(masked.body.url).not.toContain("5550100");
    const clear = await world.handlers.previewRequest(asked({ ...given, reveal: true }), own);
    expect(clear.body.url).toContain("%2B15550100123");
    expect(world.changes).toMatchObject([{ action: "values.revealed", subject: "c1" }]);
    const refused = world.handlers.previewRequest(asked({ ...given, reveal: true }), operator);
    expect(await code(refused)).toBe("FORBIDDEN");
  });
});

describe("a test request", () => {
  test("is refused where a tenant makes too many in a minute, with the time to wait", async () => {
    const world = memoryCalls();
    world.sender.script(url, { status: 200 });
    for (let n = 0; n < 3; n += 1) {
      await world.handlers.testSend(asked(), own);
      await world.clock.advance(10_000);
    }
    await expect(world.handlers.testSend(asked(), own)).rejects.toMatchObject({
      code: "TEST_SENDS_EXCEEDED",
      details: { limit: 3, retryAfterSeconds: 30 },
    });
    await world.clock.advance(30_000);
    expect(await code(world.handlers.testSend(asked(), own))).toBe("answered");
    expect(world.sender.requests).toHaveLength(4);
  });

  test("takes no saved credential elsewhere for who may not change the trigger", async () => {
    const world = memoryCalls();
    const kept = { headers: { "X-Own": "***" } };
    const saved = { url, headers: { "X-Own": "hush-header" } };
    const triggerId = world.put("t", { action: saved });
    world.sender.script("https://evil.example/", { status: 200 });
    world.sender.script(url, { status: 200 });
    const tester = askedBy("tenant-admin", "t", ["triggers:write"]);
    const astray = asked({ triggerId, action: { url: "https://evil.example/", ...kept } });
    await expect(world.handlers.testSend(astray, tester)).rejects.toMatchObject({
      code: "FORBIDDEN",
      details: { scope: "triggers:write" },
    });
    expect(world.sender.requests).toEqual([]);
    expect(await code(world.handlers.testSend(astray, own))).toBe("answered");
    const home = asked({ triggerId, action: { url, ...kept } });
    expect(await code(world.handlers.testSend(home, tester))).toBe("answered");
    expect(world.sender.requests.at(-1)?.headers).toMatchObject({ "x-own": "hush-header" });
  });

  test.each(["/hook/666", "/hook?to=666", "/HOOK", "/hook/"])(
    "takes neither to another place of the same host: %s",
    async (place) => {
      const world = memoryCalls();
      world.call("t", { id: "c1", cliNum: "+15550100123" });
      const triggerId = world.put("t", { action: { url, headers: { "X-Own": "hush-header" } } });
      const tester = askedBy("tenant-admin", "t", ["triggers:write"]);
      const action = { url: new URL(place, url).href };
      const kept = { ...action, headers: { "X-Own": "***" } };
      const carried = world.handlers.testSend(asked({ triggerId, action: kept }), tester);
      expect(await code(carried)).toBe("FORBIDDEN");
      const real = world.handlers.testSend(asked({ triggerId, action, cdrId: "c1" }), operator);
      expect(await code(real)).toBe("FORBIDDEN");
      expect(world.sender.requests).toEqual([]);
    },
  );

  test.each(["https://CRM.example:443/hook", "https://crm.example/a/../hook"])(
    "goes to the saved place however that is written: %s",
    async (written) => {
      const world = memoryCalls();
      const triggerId = world.put("t", { action: { url, headers: { "X-Own": "hush-header" } } });
      const tester = askedBy("tenant-admin", "t", ["triggers:write"]);
      world.sender.script(written, { status: 200 });
      const action = { url: written, headers: { "X-Own": "***" } };
      expect(await code(world.handlers.testSend(asked({ triggerId, action }), tester))).toBe(
        "answered",
      );
    },
  );

  test("tells a name that is not known from an address that is refused", async () => {
    const world = memoryCalls();
    const told = async (reason: "dns" | "blocked-address") => {
      world.sender.script(url, { failure: reason });
      return (await world.handlers.testSend(asked(), own)).body;
    };
    expect(await told("dns")).toMatchObject({ outcome: "failed", reason: "dns" });
    expect(await told("blocked-address")).toMatchObject({ reason: "blocked-address" });
  });

  test("takes no real call elsewhere for who may not see it", async () => {
    const world = memoryCalls();
    world.call("t", { id: "c1", cliNum: "+15550100123" });
    const triggerId = world.put("t", { action: { url } });
    world.sender.script(url, { status: 200 });
    const astray = asked({ cdrId: "c1", action: { url: "https://evil.example/" }, triggerId });
    expect(await code(world.handlers.testSend(astray, operator))).toBe("FORBIDDEN");
    const home = asked({ cdrId: "c1", triggerId });
    expect(await code(world.handlers.testSend(home, operator))).toBe("answered");
  });

  test("that is not written to the log of changes is not made", async () => {
    const world = memoryCalls();
    const write = async (): Promise<never> => {
      throw new Error("the brokers are away");
    };
    const handlers = heldToContract(callHandlers({ ...world.parts, writer: { write } }));
    await expect(handlers.testSend(asked(), own)).rejects.toThrow("away");
    expect(world.sender.requests).toEqual([]);
  });
});

import { afterEach, beforeEach, expect, test } from "vitest";
import { createYourReceiver } from "../../src/sandbox/your-receiver.ts";
import type { YourReceiver } from "../../src/sandbox/your-receiver.ts";

let now = 0;
let lines: string[] = [];
let receiver: YourReceiver;
let url = "";

beforeEach(async () => {
  [now, lines] = [1_000, []];
  receiver = createYourReceiver({ now: () => now, tell: (line) => lines.push(line) });
  url = await receiver.start();
});
afterEach(() => receiver.stop());

/** Posts a webhook; gives the status of the answer. */
async function post(headers: Readonly<Record<string, string>>, body = "{}"): Promise<number> {
  const { status } = await fetch(url, { method: "POST", headers, body });
  return status;
}

const webhook = { "webhook-id": "w1", "onhook-attempt": "1", "webhook-signature": "v1,a" };

test("your receiver takes a webhook, and tells its id and size but nothing of what is in it", async () => {
  expect(await post(webhook, JSON.stringify({ cliNum: "+447700900123" }))).toBe(204);
  expect(lines).toEqual(["→ yours · POST · w1 · attempt 1 · 26 bytes, signed"]);
});

test("your receiver takes whatever else comes", async () => {
  expect((await fetch(`${url}?a=b`)).status).toBe(204);
  expect(lines).toEqual(["→ yours · GET · no webhook-id · 0 bytes, not signed"]);
});

test("your receiver tells of one request a second, and how many came before it", async () => {
  for (let count = 0; count < 4; count += 1) await post(webhook);
  expect(lines).toHaveLength(1);
  now += 1_000;
  await post(webhook);
  expect(lines.slice(1)).toEqual([
    "→ yours · POST · w1 · attempt 1 · 2 bytes, signed · and 3 before it",
  ]);
});

test("your receiver tells of every test request, whatever comes beside it", async () => {
  await post(webhook);
  await post({ "webhook-id": "test_1", "webhook-signature": "v1,a" });
  await post(webhook);
  await post({ "webhook-id": "test_2", "webhook-signature": "v1,a" });
  expect(lines.slice(1)).toEqual([
    "→ yours · POST · test_1 · 2 bytes, signed",
    "→ yours · POST · test_2 · 2 bytes, signed",
  ]);
});

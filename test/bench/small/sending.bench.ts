import { afterAll, bench, describe } from "vitest";
import { Agent } from "undici";
import { createAddressGuard } from "../../../src/http/address-guard.ts";
import { createHttpSender } from "../../../src/http/undici-sender.ts";
import { startSinkProcess } from "../../../src/benchmark/sink-process.ts";

/** Each of these sends so many requests, some at a time: what is measured is a thousand times what one takes. */
const requests = 1000;
const atOnce = 64;

const sink = await startSinkProcess(new AbortController().signal);
await sink.mark(requests);
const sender = createHttpSender({
  timeoutMs: 10_000,
  maxResponseBytes: 65_536,
  connectionsPerOrigin: atOnce,
  keepAliveMs: 30_000,
  guard: createAddressGuard({ allowedRanges: ["127.0.0.0/8"], deniedPorts: [] }),
});
const agent = new Agent({ connections: atOnce });
afterAll(async () => {
  await agent.close();
  await sender[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
});

const { signal } = new AbortController();
const body = Buffer.alloc(1000, "x");
const headers = {
  "content-type": "application/json",
  "webhook-id": "0a5c7a1e-0a5f-5b8c-9a53-0f6d3a0c1111",
  "webhook-timestamp": "1795000000",
  "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
  "onhook-attempt": "1",
};

async function inTurns(send: () => Promise<unknown>): Promise<void> {
  let left = requests;
  const work = async (): Promise<void> => {
    while (left-- > 0) await send();
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

describe("a thousand requests are sent", () => {
  const url = `${sink.url}/ok/1`;
  bench("by the sender", () =>
    inTurns(() => sender.send({ method: "POST", url, headers, body }, { signal })));
  bench("by undici alone", () =>
    inTurns(async () => {
      const request = { origin: sink.url, path: "/ok/1", method: "POST", headers, body } as const;
      await (await agent.request(request)).body.dump();
    }));
});

import type { WebhookRequest } from "../../src/delivery/http-request.ts";
import { createAddressGuard } from "../../src/http/address-guard.ts";
import { createHttpSender } from "../../src/http/undici-sender.ts";
import type { HttpSenderOptions, PooledSender } from "../../src/http/undici-sender.ts";

/** The real sender, allowed to reach the loopback interface; patient, unless told otherwise. */
export function loopbackSender(options: Partial<HttpSenderOptions> = {}): PooledSender {
  return createHttpSender({
    timeoutMs: 10_000,
    maxResponseBytes: 65_536,
    connectionsPerOrigin: 4,
    keepAliveMs: 60_000,
    guard: createAddressGuard({ allowedRanges: ["127.0.0.0/8"], deniedPorts: [] }),
    ...options,
  });
}

/** A small request to host:port, with something in its query that no message may repeat. */
export function postTo(host: string, path = "/hook?key=hush"): WebhookRequest {
  const headers = { "webhook-id": "job" };
  return { method: "POST", url: `http://${host}${path}`, headers, body: Buffer.from("{}") };
}

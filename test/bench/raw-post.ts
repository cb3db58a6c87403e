import { randomUUID } from "node:crypto";
import { Agent } from "undici";

// A process of its own that posts bodies with the same client as the service and does nothing else: as fast as anything can
// send. Told to by a message, it answers when all are answered.

interface Order {
  readonly url: string;
  /** Paths in turn. */
  readonly paths: readonly string[];
  readonly total: number;
  readonly bytes: number;
  readonly inFlight: number;
  readonly connections: number;
}

async function post({ url, paths, total, bytes, inFlight, connections }: Order): Promise<void> {
  const agent = new Agent({ connections, pipelining: 1 });
  const body = Buffer.alloc(bytes, "x");
  let sent = 0;
  async function sendInTurn(): Promise<void> {
    while (sent < total) {
      const path = paths[sent++ % paths.length] ?? "/";
      const headers = {
        "content-type": "application/json",
        "webhook-id": randomUUID(),
        "webhook-timestamp": "1795000000",
        "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
        "onhook-attempt": "1",
      };
      const response = await agent.request({ origin: url, path, method: "POST", headers, body });
      await response.body.dump();
    }
  }
  await Promise.all(Array.from({ length: inFlight }, sendInTurn));
  await agent.close();
}

process.on("message", (order: Order) => {
  void post(order).then(() => process.send?.("done"));
});

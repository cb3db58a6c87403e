import { randomUUID } from "node:crypto";
import { Agent } from "undici";

/** Bodies to be posted with the same client as the service's, and nothing else done: as fast as anything can send. */
export interface PostOrder {
  /** Base address, without a slash at its end. */
  readonly url: string;
  /** Paths in turn. */
  readonly paths: readonly string[];
  readonly total: number;
  /** Bytes of each body. */
  readonly bytes: number;
  /** Requests under way at the same time, and connections that they share. */
  readonly inFlight: number;
  readonly connections: number;
}

/** Posts all of them; resolves when all are answered. */
export async function rawPost(order: PostOrder): Promise<void> {
  const { url, paths, total, bytes, inFlight, connections } = order;
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

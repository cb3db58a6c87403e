import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { WorkerServer } from "./worker-task.ts";

export type ReceiverMessage =
  | { readonly ask: "latencies" | "ids" }
  | { readonly do: "clear" | "refuse" | "accept" };

/** By path: ms from when a call was due to the arrival of its request, in the order of arrival. */
export type Latencies = ReadonlyMap<string, readonly number[]>;

const keepAliveMs = 120_000;

/**
 * A receiver on loopback that keeps how long each request took to come: a call's id ends in the ms since the epoch at which
 * it was due. The first part of the path says how it behaves: /ok, /hang, /fail.
 * Where it keeps ids, it keeps the webhook-id of each request, in the order of arrival.
 */
export async function startReceiver(keepsIds: boolean): Promise<WorkerServer> {
  const latencies = new Map<string, number[]>();
  const ids: string[] = [];
  let refusing = false;

  function record(path: string, body: string): void {
    const dueAt = Number(/"cdr":\{"id":"[^"]*-(\d+)"/.exec(body)?.[1]);
    const list = latencies.get(path) ?? [];
    list.push(Date.now() - dueAt);
    latencies.set(path, list);
  }

  function receive(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? "";
    if (refusing) {
      request.socket.destroy();
      return;
    }
    if (keepsIds) ids.push(String(request.headers["webhook-id"]));
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      record(path, Buffer.concat(chunks).toString("latin1"));
      if (path.startsWith("/hang")) return;
      response.writeHead(path.startsWith("/fail") ? 500 : 200, { "content-length": 0 });
      response.end();
    });
  }

  const server = createServer({ keepAliveTimeout: keepAliveMs }, receive);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    hear(message) {
      const told = message as ReceiverMessage;
      if ("ask" in told) return told.ask === "ids" ? ids : latencies;
      if (told.do === "clear") latencies.clear();
      else refusing = told.do === "refuse";
      return null;
    },
  };
}

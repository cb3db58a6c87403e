import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import https from "node:https";
import net from "node:net";
import { listen } from "./loopback-receiver.ts";
import type { LoopbackReceiver } from "./loopback-receiver.ts";

export interface ConnectProxyOptions {
  /** Where a way to this `address:port` really leads; unchanged when left out. Undefined: the proxy answers 502. */
  readonly leadTo?: (
    authority: string,
  ) => { readonly host: string; readonly port: number } | undefined;
  /** `user:password` that it asks for. */
  readonly login?: string;
  /** Speaks TLS itself. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

export interface ConnectProxy extends AsyncDisposable {
  readonly url: string;
  readonly receiver: LoopbackReceiver;
  /** What ways were asked for, in order. */
  readonly asked: readonly string[];
}

function authorityParts(authority: string): { host: string; port: number } {
  const { hostname, port } = new URL(`http://${authority}`);
  return { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port) || 80 };
}

/** An HTTP proxy on the loopback interface that knows CONNECT and nothing else. */
export async function startConnectProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const asked: string[] = [];
  const leadTo = options.leadTo ?? authorityParts;
  const server = options.tls === undefined ? createServer() : https.createServer(options.tls);
  const ways = new Set<net.Socket>();

  function welcome({ headers }: IncomingMessage): boolean {
    const { login } = options;
    const given = headers["proxy-authorization"];
    return login === undefined || given === `Basic ${Buffer.from(login).toString("base64")}`;
  }

  server.on("connect", (request: IncomingMessage, client: net.Socket) => {
    const authority = request.url ?? "";
    asked.push(authority);
    client.on("error", () => client.destroy());
    if (!welcome(request)) return client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const to = leadTo(authority);
    if (to === undefined) return client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    const way = net.connect(to, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(way).pipe(client);
    });
    ways.add(way);
    way.on("error", () => client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
    way.on("close", () => client.destroy());
    client.on("close", () => way.destroy());
    return undefined;
  });

  const receiver = await listen(server);
  return {
    url: `${options.tls === undefined ? "http" : "https"}://${receiver.host}`,
    receiver,
    asked,
    async [Symbol.asyncDispose]() {
      for (const way of ways) way.destroy();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

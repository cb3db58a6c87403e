import { createServer, request } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect } from "node:net";
import { pipeline } from "node:stream/promises";
import { createServer as createTlsServer } from "node:tls";
import { listen } from "./loopback-receiver.ts";
import type { Certificate } from "./x509-certificate.ts";

/** Something on loopback that stands in front of a server. Disposing it ends every connection. */
export interface Front extends AsyncDisposable {
  readonly port: number;
}

/** A reverse proxy that lets in who names the user and the password. */
export interface LoginProxy extends Front {
  /** The address that stands in front of `target`, with the same path. */
  readonly url: string;
  /** The password that is asked for; another one counts from the next request on. */
  password: string;
}

/** As proxies answer: for people, not for programs. */
const refusal = "<html><head><title>401 Authorization Required</title></head></html>";

async function forward(
  target: URL,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { authorization: _, host: __, ...headers } = incoming.headers;
  const { method = "GET", url = "/" } = incoming;
  const onward = request(new URL(url, target), { method, headers });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    onward.once("response", resolve);
    onward.once("error", reject);
  });
  await pipeline(incoming, onward);
  const answer = await answered;
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  await pipeline(answer, outgoing);
}

/** Asks everybody for Basic authentication. Source: RFC 7617. */
export async function startLoginProxy(
  targetUrl: string,
  login: { readonly username: string; readonly password: string },
): Promise<LoginProxy> {
  const target = new URL(targetUrl);
  let { password } = login;
  const server = createServer((incoming, outgoing) => {
    const expected = `Basic ${Buffer.from(`${login.username}:${password}`).toString("base64")}`;
    if (incoming.headers.authorization !== expected) {
      incoming.resume();
      outgoing.writeHead(401, { "www-authenticate": 'Basic realm="registry"' }).end(refusal);
      return;
    }
    forward(target, incoming, outgoing).catch((error: Error) => outgoing.destroy(error));
  });
  const receiver = await listen(server);
  const { port } = receiver;
  return {
    port,
    url: `http://127.0.0.1:${port}${target.pathname}`,
    get password() {
      return password;
    },
    set password(next) {
      password = next;
    },
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}

/** Speaks TLS, and passes on what is in it. */
export async function startTlsFront(
  targetPort: number,
  { cert, key }: Certificate,
): Promise<Front> {
  const server = createTlsServer({ cert, key }, (secure) => {
    const plain = connect(targetPort, "127.0.0.1");
    // Either side may break off; the other one is then ended too, and the test sees what did not arrive.
    pipeline(secure, plain, secure).catch(() => plain.destroy());
  });
  // A client that does not trust the certificate breaks off in the handshake.
  server.on("tlsClientError", () => undefined);
  return await listen(server);
}

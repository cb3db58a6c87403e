import { request } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { text as readAll } from "node:stream/consumers";

export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** What the text is as JSON; fails where it is none. */
  readonly json: () => unknown;
}

export interface Asked {
  /** Sent as JSON; a string or bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** The client's own address; all of 127.0.0.0/8 are this machine's. */
  readonly from?: string;
}

/** Asks the API by requests whose every byte the test decides: nothing is normalised, no header is added but the host. */
export interface ApiClient {
  /** `path`: below /api/v1. */
  ask(method: string, path: string, asked?: Asked): Promise<ApiAnswer>;
  /** The same, of any path of the server. */
  raw(method: string, path: string, asked?: Asked): Promise<ApiAnswer>;
}

function bytesOf(body: unknown): string | Buffer | undefined {
  if (body === undefined || typeof body === "string" || Buffer.isBuffer(body)) return body;
  return JSON.stringify(body);
}

/** `url`: of the server, without a slash at its end; `token`: sent with each request. */
export function apiOf(url: string, token?: string): ApiClient {
  const { hostname, port } = new URL(url);

  async function raw(method: string, path: string, asked: Asked = {}): Promise<ApiAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer>();
    const body = bytesOf(asked.body);
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && {
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(body)),
      }),
      ...asked.headers,
    };
    const { from: localAddress } = asked;
    const where = { hostname, port, ...(localAddress !== undefined && { localAddress }) };
    const sent = request({ ...where, method, path, headers, agent: false }, (response) => {
      readAll(response).then(
        (text) =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: () => JSON.parse(text) as unknown,
          }),
        reject,
      );
    });
    sent.once("error", reject);
    sent.end(body);
    return await promise;
  }

  return { raw, ask: (method, path, asked) => raw(method, `/api/v1${path}`, asked) };
}

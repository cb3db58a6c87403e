import { createServer } from "node:http";
import https from "node:https";
import type { TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HttpResult, HttpSender } from "../../src/delivery/http-request.ts";
import { createAddressGuard } from "../../src/http/address-guard.ts";
import type { ResolveHost } from "../../src/http/resolve-host.ts";
import type { HttpSenderOptions } from "../../src/http/undici-sender.ts";
import { listen } from "../support/loopback-receiver.ts";
import type { LoopbackReceiver } from "../support/loopback-receiver.ts";
import { loopbackSender, postTo } from "../support/loopback-sender.ts";
import { selfSignedCertificate } from "../support/self-signed-certificate.ts";

/** Where the sender over undici connects to, and whom it believes. */
let parts: AsyncDisposableStack;
let receiver: LoopbackReceiver;
let asked: (string | undefined)[];
beforeEach(async () => {
  parts = new AsyncDisposableStack();
  asked = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.host);
    response.end();
  });
  receiver = parts.use(await listen(server));
});
afterEach(async () => {
  await parts.disposeAsync();
});

function sender(options: Partial<HttpSenderOptions> = {}): HttpSender {
  return parts.use(loopbackSender(options));
}

function guard(...allowedRanges: readonly string[]): Pick<HttpSenderOptions, "guard"> {
  return { guard: createAddressGuard({ allowedRanges, deniedPorts: [] }) };
}

/** A resolver that gives these answers, one after another, and counts how often it is asked. */
function resolver(...answers: readonly (readonly string[])[]) {
  const left = [...answers];
  let calls = 0;
  const resolve: ResolveHost = async () => {
    calls += 1;
    const answer = (left.length > 1 ? left.shift() : left[0]) ?? [];
    return answer.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  };
  return { resolve, calls: () => calls };
}

const ok = { kind: "answer", status: 200 };
const blocked = { kind: "failure", reason: "blocked-address" };

describe("an address inside", () => {
  test.each([
    "127.0.0.1",
    "2130706433",
    "0x7f.1",
    "0177.0.0.01",
    "127.1",
    "localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "0.0.0.0",
    "[::]",
    "169.254.169.254",
  ])("is refused in the form %s, before anything is sent", async (host) => {
    const result = await sender(guard()).send(postTo(`${host}:${receiver.port}`), {});
    expect(result).toMatchObject(blocked);
    expect(JSON.stringify(result)).not.toMatch(/127|hush|hook|localhost|::/);
    expect(receiver.connections).toBe(0);
  });

  test("is reached where the operator allows its range", async () => {
    const result = await sender(guard("127.0.0.1/32")).send(postTo(receiver.host), {});
    expect(result).toMatchObject(ok);
  });

  test("is refused next to a range that the operator allows", async () => {
    const next = `127.0.0.2:${receiver.port}`;
    expect(await sender(guard("127.0.0.1/32")).send(postTo(next), {})).toMatchObject(blocked);
  });

  test.each([[["127.0.0.1", "10.0.0.1"]], [["fd00::1", "127.0.0.1"]]])(
    "is refused also when only one of the host's addresses is inside: %j",
    async (addresses) => {
      const { resolve } = resolver(addresses);
      const http = sender({ ...guard("127.0.0.1/32"), resolve });
      expect(await http.send(postTo(`mixed.test:${receiver.port}`), {})).toMatchObject(blocked);
      expect(receiver.connections).toBe(0);
    },
  );

  test("is refused at the next connection when the name begins to lead there", async () => {
    const names = resolver(["127.0.0.1"], ["10.0.0.1"]);
    const http = sender({
      ...guard("127.0.0.1/32"),
      resolve: names.resolve,
      connectionsPerOrigin: 1,
    });
    const request = postTo(`rebind.test:${receiver.port}`);
    const results = await Promise.all([http.send(request, {}), http.send(request, {})]);
    expect(results).toMatchObject([ok, blocked]);
    // One look-up for each connection: what was checked is what was connected to.
    expect([names.calls(), receiver.connections]).toEqual([2, 1]);
  });

  test("is refused on a denied port, allowed range or not", async () => {
    const strict = createAddressGuard({
      allowedRanges: ["127.0.0.0/8"],
      deniedPorts: [receiver.port, 80],
    });
    const http = sender({ guard: strict });
    expect(await http.send(postTo(receiver.host), {})).toMatchObject(blocked);
    expect(await http.send(postTo("127.0.0.1"), {})).toMatchObject(blocked);
    expect(receiver.connections).toBe(0);
  });
});

describe("a name", () => {
  test("is sent as the host, whatever address it has", async () => {
    const host = `crm.test:${receiver.port}`;
    await sender(resolver(["127.0.0.1"])).send(postTo(host), {});
    expect(asked).toEqual([host]);
  });

  test("with an address where nobody listens is reached at its next one", async () => {
    const names = resolver(["127.0.0.2", "127.0.0.1"]);
    expect(await sender(names).send(postTo(`two.test:${receiver.port}`), {})).toMatchObject(ok);
  });

  test("is looked up by the system where nothing else is said", async () => {
    const http = sender(guard("127.0.0.1/32", "::1/128"));
    expect(await http.send(postTo(`localhost:${receiver.port}`), {})).toMatchObject(ok);
  });
});

describe("over TLS", () => {
  const { cert, key } = selfSignedCertificate("crm.test");

  async function request(host: string, options: Partial<HttpSenderOptions>): Promise<HttpResult> {
    const server = https.createServer({ cert, key }, (request, response) => {
      response.end();
      asked.push((request.socket as TLSSocket).servername as string);
    });
    const { port } = parts.use(await listen(server));
    const http = sender({ ...resolver(["127.0.0.1"]), ...options });
    return await http.send({ ...postTo(""), url: `https://${host}:${port}/` }, {});
  }

  test("a certificate that nobody vouches for is refused", async () => {
    const result = await request("crm.test", {});
    expect(result).toMatchObject({
      kind: "failure",
      reason: "tls",
      message: expect.stringContaining("DEPTH_ZERO_SELF_SIGNED_CERT"),
    });
    expect(asked).toEqual([]);
  });

  test("one that the operator vouches for is accepted, and asked for by name", async () => {
    expect(await request("crm.test", { caBundle: cert })).toMatchObject(ok);
    expect(asked).toEqual(["crm.test"]);
  });

  test.each(["other.test", "127.0.0.1"])(
    "one for another host than %s is refused",
    async (host) => {
      const result = await request(host, { caBundle: cert });
      expect(result).toMatchObject({ kind: "failure", reason: "tls" });
      expect(asked).toEqual([]);
    },
  );

  test("a receiver that speaks no TLS is refused", async () => {
    const secure = { ...postTo(""), url: `https://${receiver.host}/` };
    const result = await sender().send(secure, {});
    expect(result).toMatchObject({ kind: "failure", reason: "tls" });
    expect(asked).toEqual([]);
  });

  test("an address inside is refused before the handshake", async () => {
    expect(await request("crm.test", { ...guard(), caBundle: cert })).toMatchObject(blocked);
  });
});

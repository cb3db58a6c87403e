import { createServer } from "node:http";
import net from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { HttpResult } from "../../src/delivery/http-request.ts";
import { classify } from "../../src/delivery/outcome.ts";
import { createAddressGuard } from "../../src/http/address-guard.ts";
import type { AddressGuard } from "../../src/http/address-guard.ts";
import { createResolveHost } from "../../src/http/resolve-host.ts";
import type { ResolveHost } from "../../src/http/resolve-host.ts";
import {
  formsElsewhere,
  formsOfNothing,
  formsOfThisMachine,
  namesInside,
} from "../http/inside-hosts.ts";
import { startDnsServer } from "../support/dns-server.ts";
import type { DnsAnswer } from "../support/dns-server.ts";
import { listen } from "../support/loopback-receiver.ts";
import type { LoopbackReceiver } from "../support/loopback-receiver.ts";
import { loopbackSender, postTo } from "../support/loopback-sender.ts";

/** Nothing inside is reached, whatever form its host is written in: the real sender, and a listener that would hear it. */
let parts: AsyncDisposableStack;
let listener: LoopbackReceiver;
beforeAll(async () => {
  parts = new AsyncDisposableStack();
  const server = createServer((_, response) =>
    response.writeHead(200, { connection: "close" }).end(),
  );
  listener = parts.use(await listen(server, "::"));
});
afterAll(async () => {
  await parts.disposeAsync();
});

/** Every attempt of this process to open a socket, to whatever address. */
const opening = vi.spyOn(net.Socket.prototype, "connect");
let before: number;
beforeEach(() => {
  opening.mockClear();
  before = listener.connections;
});

const closed = createAddressGuard({ allowedRanges: [], deniedPorts: [] });
const open = createAddressGuard({ allowedRanges: ["0.0.0.0/0", "::/0"], deniedPorts: [] });

/** Here the outside is 127.0.0.1, and the inside is 127.0.0.2. */
const outside = createAddressGuard({ allowedRanges: ["127.0.0.1/32"], deniedPorts: [] });

async function send(
  url: string,
  guard: AddressGuard,
  resolve?: ResolveHost,
): Promise<HttpResult | { readonly code: unknown }> {
  await using http = loopbackSender({ guard, ...(resolve && { resolve }) });
  try {
    return await http.send({ ...postTo(""), url }, {});
  } catch (error) {
    return { code: (error as { code?: unknown }).code };
  }
}

const blocked = { kind: "failure", reason: "blocked-address" };
const schemes = ["http", "https"] as const;

test("the table has at least 150 forms and names", () => {
  const hosts = [...formsOfThisMachine, ...formsElsewhere, ...formsOfNothing];
  const all = [...hosts, ...Object.keys(namesInside)];
  expect(new Set(all).size).toBe(all.length);
  expect(all.length).toBeGreaterThanOrEqual(150);
});

describe.each(schemes)("over %s", (scheme) => {
  test.each([...formsOfThisMachine, ...formsElsewhere])("%j is not reached", async (host) => {
    const result = await send(`${scheme}://${host}:${listener.port}/`, closed);
    expect(result).toMatchObject(blocked);
    expect([opening.mock.calls.length, listener.connections - before]).toEqual([0, 0]);
  });

  test.each(formsOfNothing)("%j is no host", async (host) => {
    const result = await send(`${scheme}://${host}:${listener.port}/`, open);
    expect(result).toEqual({ code: "REQUEST_UNSENDABLE" });
    expect(opening).not.toHaveBeenCalled();
  });
});

describe("without a guard", () => {
  test.each(formsOfThisMachine)("%j is this machine: the listener hears it", async (host) => {
    const result = await send(`http://${host}:${listener.port}/`, open);
    expect(result).toMatchObject({ kind: "answer", status: 200 });
    expect(listener.connections - before).toBe(1);
  });
});

test("a refused address is an outcome of its own, and final", async () => {
  const result = (await send("https://169.254.169.254/latest/meta-data/", closed)) as HttpResult;
  expect(classify(result, { now: 0, maxWaitMs: 0 })).toMatchObject({
    kind: "final",
    reason: "blocked-address",
  });
});

describe("a name", () => {
  async function names(answers: (question: string) => DnsAnswer) {
    const dns = parts.use(await startDnsServer(answers));
    const lookup: ResolveHost = () => Promise.reject(new Error("the system was asked"));
    return { resolve: createResolveHost({ servers: [dns.address], lookup }), dns };
  }

  const records = Object.entries(namesInside).flatMap(([name, [a, aaaa]]) => [
    [`a ${name}`, a] as const,
    [`aaaa ${name}`, aaaa] as const,
  ]);
  const byQuestion = new Map<string, DnsAnswer>(records);
  let resolve: ResolveHost;
  beforeAll(async () => {
    ({ resolve } = await names((question) => byQuestion.get(question.toLowerCase()) ?? []));
  });

  test.each(Object.keys(namesInside).flatMap((name) => [name, `${name.toUpperCase()}.`]))(
    "%s with an address inside among its records is not reached",
    async (name) => {
      for (const scheme of schemes) {
        const url = `${scheme}://${name}:${listener.port}/`;
        expect(await send(url, closed, resolve)).toMatchObject(blocked);
      }
      expect([opening.mock.calls.length, listener.connections - before]).toEqual([0, 0]);
    },
  );

  let tests: AsyncDisposableStack;
  beforeEach(() => {
    tests = new AsyncDisposableStack();
  });
  afterEach(async () => {
    await tests.disposeAsync();
  });

  test.each([
    ["A", "127.0.0.2"],
    ["AAAA", "::1"],
  ])(
    "whose record %s leads inside when it is asked again is connected to where it was checked",
    async (type, later) => {
      let asked = 0;
      const { resolve, dns } = await names((question) => {
        if (question === "A rebind.test") asked += 1;
        if (asked > 1 && question === `${type} rebind.test`) return [later];
        return question === "A rebind.test" ? ["127.0.0.1"] : [];
      });
      const sender = tests.use(loopbackSender({ guard: outside, resolve }));
      const request = postTo(`rebind.test:${listener.port}`);
      expect(await sender.send(request, {})).toMatchObject({ kind: "answer", status: 200 });
      // One question of each type for one connection: nobody asks between look-up and connection.
      expect(dns.questions.toSorted()).toEqual(["A rebind.test", "AAAA rebind.test"]);
      expect(opening).toHaveBeenCalledTimes(1);
      // The listener closes each connection, so that the next request needs a new one, and a new answer.
      expect(await sender.send(request, {})).toMatchObject(blocked);
      expect(listener.connections - before).toBe(1);
    },
  );
});

describe("a redirect", () => {
  test.each([301, 302, 303, 307, 308])(
    "of status %i to an address inside is a failure, and not followed",
    async (status) => {
      for (const location of [
        "http://169.254.169.254/latest/meta-data/",
        `http://127.0.0.2:${listener.port}/`,
      ]) {
        const server = createServer((_, response) =>
          response.writeHead(status, { location, connection: "close" }).end(),
        );
        await using door = await listen(server);
        opening.mockClear();
        const result = (await send(
          `http://${door.host}/`,
          createAddressGuard({ allowedRanges: ["127.0.0.1/32"], deniedPorts: [] }),
        )) as HttpResult;
        expect(classify(result, { now: 0, maxWaitMs: 0 })).toMatchObject({
          kind: "failed",
          reason: "redirect",
          status,
        });
        expect(opening).toHaveBeenCalledTimes(1);
        expect([door.requests, listener.connections - before]).toEqual([1, 0]);
      }
    },
  );
});

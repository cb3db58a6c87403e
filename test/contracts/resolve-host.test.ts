import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createResolveHost } from "../../src/http/resolve-host.ts";
import type { ResolveHost } from "../../src/http/resolve-host.ts";
import { startDnsServer } from "../support/dns-server.ts";
import type { DnsAnswer, DnsServer } from "../support/dns-server.ts";

let parts: AsyncDisposableStack;
beforeEach(() => {
  parts = new AsyncDisposableStack();
});
afterEach(async () => {
  await parts.disposeAsync();
});

const fromSystem = [{ address: "10.9.9.9", family: 4 }];

/** A resolver that asks a name server with these records; what has none gets `otherwise`. */
async function resolver(
  records: Readonly<Record<string, DnsAnswer>>,
  otherwise: DnsAnswer = [],
  system: ResolveHost = async () => fromSystem,
): Promise<{ resolve: ResolveHost; server: DnsServer; asked: readonly string[] }> {
  const server = parts.use(await startDnsServer((question) => records[question] ?? otherwise));
  const asked: string[] = [];
  const lookup: ResolveHost = (host) => {
    asked.push(host);
    return system(host);
  };
  return { resolve: createResolveHost({ servers: [server.address], lookup }), server, asked };
}

describe("a name with a dot", () => {
  test("has the addresses that the name servers know, IPv4 first", async () => {
    const { resolve, asked } = await resolver({
      "A crm.test": ["192.0.2.1", "192.0.2.2"],
      "AAAA crm.test": ["2001:db8::1"],
    });
    expect(await resolve("crm.test")).toEqual([
      { address: "192.0.2.1", family: 4 },
      { address: "192.0.2.2", family: 4 },
      { address: "2001:db8::1", family: 6 },
    ]);
    expect(asked).toEqual([]);
  });

  test.each([
    ["A crm.test", "192.0.2.1", 4],
    ["AAAA crm.test", "2001:db8::1", 6],
  ])(
    "may have no more than %s, whatever comes of the other question",
    async (question, address, family) => {
      for (const otherwise of [[], "failure"] as const) {
        const { resolve } = await resolver({ [question]: [address] }, otherwise);
        expect(await resolve("crm.test")).toEqual([{ address, family }]);
      }
    },
  );

  test.each([[[]], ["no such name"]] as const)(
    "that the name servers answer with %j is asked of the system, which has search domains",
    async (answer) => {
      const { resolve, asked } = await resolver({}, answer);
      expect(await resolve("crm.sales")).toEqual(fromSystem);
      expect(asked).toEqual(["crm.sales"]);
    },
  );

  test("whose name server fails is not asked of the system", async () => {
    const { resolve, asked } = await resolver({}, "failure");
    await expect(resolve("crm.test")).rejects.toMatchObject({ code: "ESERVFAIL" });
    expect(asked).toEqual([]);
  });

  test("is looked up although many others hang", async () => {
    const { resolve, server, asked } = await resolver(
      { "A crm.test": ["192.0.2.1"], "AAAA crm.test": [] },
      "silence",
    );
    const hanging = Array.from({ length: 50 }, (_, n) => resolve(`hangs-${n}.test`));
    // They end after this test, in a time-out of their own.
    void Promise.allSettled(hanging);
    expect(await resolve("crm.test")).toEqual([{ address: "192.0.2.1", family: 4 }]);
    expect(server.questions.length).toBeGreaterThan(50);
    expect(asked).toEqual([]);
  });

  test("is asked once, however many wait for it", async () => {
    const { resolve, server } = await resolver({ "A crm.test": ["192.0.2.1"] });
    const answers = await Promise.all([1, 2, 3].map(() => resolve("crm.test")));
    expect(new Set(answers).size).toBe(1);
    expect(server.questions.toSorted()).toEqual(["A crm.test", "AAAA crm.test"]);
  });

  test("is asked again when its answer was used", async () => {
    const { resolve, server } = await resolver({ "A crm.test": ["192.0.2.1"] });
    await resolve("crm.test");
    await resolve("crm.test");
    expect(server.questions).toHaveLength(4);
  });
});

describe("the system", () => {
  test.each(["localhost", "crm"])("alone is asked for %s", async (host) => {
    const { resolve, server, asked } = await resolver({});
    expect(await resolve(host)).toEqual(fromSystem);
    expect(asked).toEqual([host]);
    expect(server.questions).toEqual([]);
  });

  test("is asked one name after another, except for what stands in its own file", async () => {
    const first = Promise.withResolvers<void>();
    const { resolve, asked } = await resolver({}, [], async (host) => {
      if (host === "first") await first.promise;
      return fromSystem;
    });
    const results = ["first", "second", "localhost"].map((host) => resolve(host));
    await results[2];
    expect(asked).toEqual(["localhost", "first"]);
    first.resolve();
    await Promise.all(results);
    expect(asked).toEqual(["localhost", "first", "second"]);
  });

  test("goes on after a name that it does not know", async () => {
    const { resolve } = await resolver({}, [], async (host) => {
      if (host === "gone") throw Object.assign(new Error("x"), { code: "ENOTFOUND" });
      return fromSystem;
    });
    const results = await Promise.allSettled([resolve("gone"), resolve("crm")]);
    expect(results).toMatchObject([{ reason: { code: "ENOTFOUND" } }, { value: fromSystem }]);
  });

  test("looks localhost up for real", async () => {
    const addresses = await createResolveHost()("localhost");
    expect(["127.0.0.1", "::1"]).toContain(addresses[0]?.address);
  });
});

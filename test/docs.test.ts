import { readdirSync } from "node:fs";
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_RESEND_COUNT,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
} from "@opentelemetry/semantic-conventions";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createFieldCatalog } from "../src/cdr/field-catalog.ts";
import { describeSettings, loadConfig } from "../src/config.ts";
import { flatten } from "../src/delivery/form-fields.ts";
import type { Payload } from "../src/delivery/payload.ts";
import { signatureOf } from "../src/delivery/signature.ts";
import { createMetrics } from "../src/observability/metrics.ts";
import { metricTable } from "../src/observability/metric-table.ts";
import { newSigningSecret, publicKeyOf } from "../src/secrets/signing-secret.ts";
import { systemClock } from "../src/runtime/clock.ts";
import { readSchema } from "../src/schema-files.ts";
import { recordFiles, retryTopic, topicRoles } from "../src/topology.ts";
import type { TopicSpec } from "../src/topology.ts";
import { checkTrigger } from "../src/triggers/check-trigger.ts";
import { operatorRules } from "../src/triggers/trigger.ts";
import {
  brokenLinks,
  codeBlocks,
  codeWords,
  documents,
  prose,
  readRepository,
  tableRows,
} from "./support/markdown.ts";

const readme = readRepository("README.md");
const topics = readRepository("docs/topics.md");
const triggers = readRepository("docs/triggers.md");
const requests = readRepository("docs/requests.md");

const settings = describeSettings();
const { roleClaim, tenantClaim } = loadConfig({ env: {} }).admin.oidc;

const events = [
  ...readRepository("src/observability/log-events.ts").matchAll(/^ {2}"([a-z-]+\.[a-z-]+)":/gm),
].map(([, name = ""]) => name);

const knownNames: ReadonlySet<string> = new Set([
  ...settings.flatMap(({ path, env }) => [path, env]),
  ...Object.keys(metricTable),
  ...events,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_RESEND_COUNT,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  "ONHOOK_CONFIG",
  "ONHOOK_SANDBOX",
  "ONHOOK_TOKEN",
  roleClaim,
  tenantClaim,
  "ONHOOK_FAULT_SEED",
  "ONHOOK_FAULT_ROUNDS",
]);

const settingGroups: ReadonlySet<string> = new Set(
  settings.flatMap(({ path }) => path.split(".", 1)),
);

/** Whether a word in backticks looks like a setting or an event, a variable, or a metric. */
function isName(word: string): boolean {
  const [first = "", ...others] = word.split(".");
  const dotted = others.length > 0 && others.every((part) => /^[\w-]+$/.test(part));
  return /^onhook_\w/i.test(word) || (dotted && settingGroups.has(first));
}

function isKnown(word: string): boolean {
  return knownNames.has(/^[\w.-]+/.exec(word)?.[0] ?? "");
}

describe("the documents", () => {
  it.each(documents())("%s holds no two sides of a merge", (document) => {
    expect(readRepository(document)).not.toMatch(/^(?:<{7}|={7}|>{7})(?: |$)/m);
  });

  it.each(documents())("%s has only links that lead somewhere", (document) => {
    expect(brokenLinks(document)).toEqual([]);
  });

  const generated = new Set(["docs/settings.md", "docs/errors.md", "docs/metrics.md"]);

  it.each(documents().filter((document) => !generated.has(document)))(
    "%s names only settings, variables, metrics and events that there are",
    (document) => {
      const words = codeWords(prose(readRepository(document)));
      expect(words.filter((word) => isName(word) && !isKnown(word))).toEqual([]);
    },
  );
});

describe("the topics", () => {
  const specs: readonly TopicSpec[] = Object.values(topicRoles);
  const [first, last] = [2, 20].map((seconds) => `onhook.retry.${seconds}s`);
  const named = [
    ...specs.map((spec) => ({ name: `\`${spec.name}\``, spec })),
    { name: `\`${first}\` … \`${last}\``, spec: retryTopic },
  ];

  it("README.md lists are those of src/topology.ts", () => {
    const head = ["topic", "key", "record", "cleanup", "written by → read by"];
    expect(tableRows(readme, head)).toEqual(
      named.map(({ name, spec: { key, record, cleanup, writers, readers } }) => [
        name,
        key,
        record,
        cleanup,
        `${writers} → ${readers}`,
      ]),
    );
  });

  it("docs/topics.md lists are those of src/topology.ts", () => {
    const head = ["topic", "key", "record", "cleanup", "partitions", "days kept"];
    expect(tableRows(topics, [...head, "written by → read by"])).toEqual(
      named.map(({ name, spec }) => [
        name,
        spec.key,
        spec.record,
        spec.cleanup,
        String(spec.partitions),
        String("retentionDays" in spec ? spec.retentionDays : ""),
        `${spec.writers} → ${spec.readers}`,
      ]),
    );
  });

  it("have records whose schemas are where docs/topics.md says", () => {
    expect(tableRows(topics, ["record", "schema"])).toEqual(
      Object.entries(recordFiles).map(([record, file]) => [
        record,
        `[schemas/${file}](../schemas/${file})`,
      ]),
    );
  });

  it("have headers all of which docs/topics.md or docs/requests.md explains", () => {
    const groups = new Set(settings.map((setting) => setting.default));
    const sources = readdirSync(new URL("../src", import.meta.url), {
      recursive: true,
      encoding: "utf8",
    }).filter((path) => path.endsWith(".ts") && !/^(sandbox|command-line)\//.test(path));
    const named = sources.flatMap((path) =>
      // Cookies are no headers of requests to receivers.
      [
        ...readRepository(`src/${path}`).matchAll(
          /(?<!OwnCookie\()"((?:onhook|webhook)-[a-z-]+)"/g,
        ),
      ].map(([, name = ""]) => name),
    );
    const headers = [...new Set(named)].filter((name) => !groups.has(name));
    expect(headers).toContain("onhook-due-at");
    const explained = new Set([topics, requests].flatMap((document) => codeWords(document)));
    expect(headers.filter((name) => !explained.has(name))).toEqual([]);
  });

  it("have dead jobs whose every reason docs/topics.md explains", async () => {
    const dead = createMetrics(systemClock).registry.getSingleMetric("onhook_dead_total");
    const reasons = (await dead?.get())?.values.map(({ labels }) => String(labels["reason"]));
    expect(reasons).toContain("gone");
    const explained = new Set(codeWords(topics));
    expect(reasons?.filter((reason) => !explained.has(reason))).toEqual([]);
  });
});

describe("docs/triggers.md", () => {
  const catalog = createFieldCatalog(readSchema("CallEnded"));

  it("has every operator, with the types that it fits and the number of its values", () => {
    const rows = tableRows(triggers, ["operator", "fields", "values", "holds when"]);
    expect(rows.map(([operator, fields, values]) => [operator, fields, values])).toEqual(
      Object.entries(operatorRules).map(([operator, { on, values }]) => [
        `\`${operator}\``,
        on.join(", "),
        values,
      ]),
    );
  });

  it("shows conditions that are valid, with every operator among them", () => {
    const blocks = codeBlocks(triggers, "yaml").map(
      (text) => parse(text) as { filters?: unknown[] },
    );
    const filters = blocks.flatMap((block) => block.filters ?? []) as { op: string }[];
    const trigger = {
      triggerId: "5a0e3c9e-8d5b-4c55-9a57-0a7f6d0c2b11",
      tenantId: "somebody",
      filters,
      action: { url: "https://crm.example.com/" },
    };
    expect(checkTrigger(trigger, { catalog, allowHttp: false })).toMatchObject({ ok: true });
    const shown = new Set(filters.map(({ op }) => op));
    expect(Object.keys(operatorRules).filter((operator) => !shown.has(operator))).toEqual([]);
  });
});

describe("docs/requests.md", () => {
  it("has every field of the calls' schema", () => {
    const catalog = createFieldCatalog(readSchema("CallEnded"));
    const written = new Set(codeWords(requests));
    const names = catalog.paths
      .flatMap((path) => path.split("."))
      .filter((name) => name !== "<name>");
    // Written as a range.
    const ranges = /^(telephone[23]|field[2-9])$/;
    expect(names.filter((name) => !written.has(name) && !ranges.test(name))).toEqual([]);
  });

  it("shows one payload in both forms", () => {
    const [json = ""] = codeBlocks(requests, "json");
    const [form = ""] = codeBlocks(requests, "");
    const fields = flatten(JSON.parse(json) as Payload).map((field) => field.join("="));
    expect(form.trim().split("\n")).toEqual(fields);
  });

  it("has the waits of the standard ladder", () => {
    const numbers = Array.from({ length: 10 }, (_, index) => String(index + 1));
    const { ladderMs } = loadConfig({ env: {} }).delivery;
    expect(tableRows(requests, ["retry", ...numbers])).toEqual([
      ["wait", ...ladderMs.map((ms) => `${ms / 1000} s`)],
    ]);
  });

  it("has code that accepts what Onhook signs, by the new secret, the old and the public key, and nothing else", async () => {
    const [code = ""] = codeBlocks(requests, "js");
    const { isSigned } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
      isSigned: (headers: object, body: Buffer, secret: string, now: number) => boolean;
    };
    const asymmetric = newSigningSecret("ed25519");
    const [publicKey, strangeKey] = [asymmetric, newSigningSecret("ed25519")].map((each) =>
      String(publicKeyOf(each)),
    ) as [string, string];
    const [secret, oldSecret, strange] = ["new", "old", "strange"].map(
      (name) => `whsec_${Buffer.from(`the ${name} secret of this test`).toString("base64")}`,
    ) as [string, string, string];
    const [id, timestamp, body] = ["an-id", 1_795_404_211, Buffer.from('{"a":1}')] as const;
    const sign = (by: string): string => signatureOf({ secret: by, id, timestamp, body });
    const headers = {
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": `${sign(secret)} ${sign(asymmetric)} ${sign(oldSecret)}`,
    };
    const now = timestamp * 1000;
    expect(isSigned(headers, body, secret, now)).toBe(true);
    expect(isSigned(headers, body, oldSecret, now)).toBe(true);
    expect(isSigned(headers, body, publicKey, now)).toBe(true);
    for (const other of [strange, strangeKey])
      expect(isSigned(headers, body, other, now)).toBe(false);
    expect(isSigned(headers, Buffer.from('{"a":2}'), publicKey, now)).toBe(false);
    expect(isSigned(headers, Buffer.from('{"a":2}'), secret, now)).toBe(false);
    expect(isSigned({ ...headers, "webhook-id": "another" }, body, secret, now)).toBe(false);
    expect(isSigned(headers, body, secret, now + 301_000)).toBe(false);
    expect(isSigned({ "webhook-id": id }, body, secret, now)).toBe(false);
  });
});

describe("README.md", () => {
  it("shows settings that are valid", () => {
    const files = codeBlocks(readme, "yaml");
    expect(files.length).toBeGreaterThan(0);
    const env = { ONHOOK_KAFKA_SASL_PASSWORD: "p", ONHOOK_REGISTRY_PASSWORD: "p" };
    for (const fileText of files) {
      expect(loadConfig({ fileText, env }).registry.url).toBe("https://registry.example.com");
    }
  });
});

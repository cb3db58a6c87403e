import { z } from "zod";
import { portsDeniedByDefault } from "./denied-ports.ts";
import { flag, group, list, optionalText, wholeNumber } from "./setting.ts";

const oneDay = 86_400_000;

export const matchSettings = group("The match role: CDRs to jobs.", {
  maxBatchBytes: wholeNumber(4_194_304, {
    doc: "How much is fetched of one partition at a time, which is what one transaction holds at most; with match.partitionsAtOnce it bounds the memory that CDRs take.",
    unit: "bytes",
    min: 1024,
    max: 104_857_600,
  }),
  partitionsAtOnce: wholeNumber(4, {
    doc: "How many partitions one process works on at the same time.",
    unit: "partitions",
    min: 1,
    max: 256,
  }),
  transactionTimeoutMs: wholeNumber(60_000, {
    doc: "After how long the brokers give up a transaction that was left open; no more than their transaction.max.timeout.ms.",
    unit: "ms",
    min: 1000,
    max: 900_000,
  }),
});

/** The contract's schedule: n × 2 seconds before the n-th retry, ten rungs. */
const standardLadder = Array.from({ length: 10 }, (_, index) => (index + 1) * 2000);

const ladder = z
  .array(z.int().min(1000).max(oneDay).multipleOf(1000))
  .min(1)
  .max(20)
  .refine((waits) => waits.every((wait, index) => index === 0 || wait > (waits[index - 1] ?? 0)));

const limits = {
  timeoutMs: wholeNumber(10_000, {
    doc: "How long one request may take: name look-up, connection, headers and body together.",
    unit: "ms",
    min: 100,
    max: 120_000,
  }),
  maxInFlight: wholeNumber(512, {
    doc: "How many requests one process makes at the same time.",
    unit: "requests",
    min: 1,
    max: 100_000,
  }),
  maxPerEndpoint: wholeNumber(64, {
    doc: "How many of these may go to one endpoint (a tenant's address) at the same time. Each begins with 4 and grows towards this while it answers; one that times out gets a single request at a time.",
    unit: "requests",
    min: 1,
    max: 100_000,
  }),
  patienceMs: wholeNumber(1000, {
    doc: "A job that would have to wait longer than this for its endpoint, as far as one can tell, waits on the retry ladder instead, where it holds up nobody. That uses up no attempt.",
    unit: "ms",
    min: 10,
    max: 600_000,
  }),
  maxBufferedPerPartition: wholeNumber(500, {
    doc: "How many jobs of one partition wait in memory before the partition is paused.",
    unit: "jobs",
    min: 1,
    max: 100_000,
  }),
  connectionsPerOrigin: wholeNumber(512, {
    doc: "How many idle connections to one origin (scheme, host and port) are kept for the next request. An automation platform is one origin for very many triggers, so that it may be as many as delivery.maxInFlight. More than were needed at a time are not there, and each is closed when it has been idle for half a minute.",
    unit: "connections",
    min: 1,
    max: 10_000,
  }),
  maxResponseBytes: wholeNumber(65_536, {
    doc: "How much of a response's body is read, and dropped, before the connection is closed.",
    unit: "bytes",
    min: 0,
    max: 16_777_216,
  }),
};

const reach = {
  allowedRanges: list<string>([], {
    doc: "Address ranges that requests may reach although they are private, loopback, link-local or reserved. All else inside is refused.",
    items: "texts",
    schema: z.array(z.union([z.cidrv4(), z.cidrv6()])),
    allowed: "CIDR ranges such as 10.20.0.0/16 or fd00:1234::/32",
  }),
  deniedPorts: list<number>(Object.keys(portsDeniedByDefault).map(Number), {
    doc: "Ports that no request may go to, whatever the address. A list that is given stands in place of the default, not beside it; docs/security.md says what each port of the default is.",
    items: "whole numbers",
    schema: z.array(z.int().min(1).max(65_535)),
    allowed: "ports from 1 to 65535",
  }),
  dangerousAllowHttp: flag(false, {
    doc: "Accepts triggers with plain http:// addresses. Dangerous: payloads and signatures can be read on their way. For development.",
  }),
  caFile: optionalText({
    doc: "PEM file with certificates that receivers' ones may be issued by, besides those that Node trusts.",
  }),
};

const suspension = {
  suspendAfterMs: wholeNumber(900_000, {
    doc: "An endpoint all of whose requests have failed for this long is suspended: its jobs are set aside, a probe goes out from time to time, and what was set aside is sent anew once one is taken. 0: none ever is.",
    unit: "ms",
    min: 0,
    max: 30 * oneDay,
  }),
  suspendAfterFailures: wholeNumber(20, {
    doc: "How many requests must have failed, besides, before an endpoint is suspended.",
    unit: "requests",
    min: 1,
    max: 1_000_000,
  }),
  probeIntervalMs: wholeNumber(60_000, {
    doc: "How often a suspended endpoint is tried, with one of the jobs that were set aside.",
    unit: "ms",
    min: 1000,
    max: oneDay,
  }),
  redrivePerSecond: wholeNumber(50, {
    doc: "How fast what was set aside is sent anew when endpoints recover, all of them together.",
    unit: "jobs",
    min: 1,
    max: 100_000,
  }),
};
const proxy = group("The proxy that requests leave by, where there is one.", {
  url: optionalText({
    doc: "Address of an HTTP proxy. Every request goes through it (CONNECT), to an address that was looked up and checked here; its own address may be anywhere. null: requests go out directly.",
    schema: z
      .string()
      .regex(/^https?:\/\/[^\s/?#@\\]+\/?$/)
      .refine((text) => URL.canParse(text)),
    allowed: "an http:// or https:// address without user, password, path, query and fragment",
  }),
  username: optionalText({ doc: "User to log in to the proxy as (Basic)." }),
  password: optionalText({
    doc: "Password of that user. At a proxy with http:// it travels in the clear.",
    secret: true,
  }),
});

const retries = {
  maxRetryAfterMs: wholeNumber(3_600_000, {
    doc: "The longest Retry-After of a 429 or 503 that is honoured; a longer one counts as this.",
    unit: "ms",
    min: 0,
    max: oneDay,
  }),
  ladderMs: list<number>(standardLadder, {
    doc: "The n-th is the wait before retry n; retries beyond the last wait as long as the last. Each has a topic: add one and run `topics apply` before the service; let a topic run empty before you remove its wait.",
    unit: "ms",
    items: "whole numbers",
    schema: ladder,
    allowed: `1 to 20 waits, each longer than the one before, in whole seconds from 1000 to ${oneDay}`,
  }),
  drainTimeoutMs: wholeNumber(15_000, {
    doc: "How long a stop waits for what is in flight. Keep it above delivery.timeoutMs and below the time the platform grants before it kills.",
    unit: "ms",
    min: 0,
    max: 600_000,
  }),
};

export const deliverySettings = group("The deliver role: jobs to requests.", {
  ...limits,
  ...reach,
  ...suspension,
  proxy,
  ...retries,
});

export const metricsSettings = group("What `/metrics` exposes besides what costs nothing.", {
  groupLagIntervalMs: wholeNumber(15_000, {
    doc: "How long after the admin role has asked the brokers for the lag and the members of the consumer groups it asks again; 0: it does not.",
    unit: "ms",
    min: 0,
    max: oneDay,
  }),
  tenants: wholeNumber(0, {
    doc: "How many tenants have calls and attempts counted by their name, in labels: the first that this process sees, the others together as `other`. Each takes six series. 0: none.",
    unit: "tenants",
    min: 0,
    max: 1000,
  }),
});

export const auditSettings = group("The audit that the admin role makes again and again.", {
  intervalMs: wholeNumber(0, {
    doc: "How long after an audit the next one begins; 0: none is made. Each reads all that was written since its calls: let one process do it.",
    unit: "ms",
    min: 0,
    max: 7 * oneDay,
  }),
  windowMs: wholeNumber(3_600_000, {
    doc: "How long the time is whose calls are audited.",
    unit: "ms",
    min: 1000,
    max: 365 * oneDay,
  }),
  settleMs: wholeNumber(300_000, {
    doc: "How long before now that time ends: calls need a while until they are matched.",
    unit: "ms",
    min: 0,
    max: 30 * oneDay,
  }),
});

import { expect, test } from "vitest";
import { dangersOf } from "../../src/app/dangers.ts";
import { loadConfig, portsDeniedByDefault } from "../../src/config.ts";

const dangers = (env: Record<string, string>) => dangersOf(loadConfig({ env }));

test("the settings as they come are in no danger", () => {
  expect(dangers({})).toEqual([]);
});

test("plain http is one", () => {
  expect(dangers({ ONHOOK_DELIVERY_DANGEROUS_ALLOW_HTTP: "true" })).toEqual([
    {
      setting: "delivery.dangerousAllowHttp",
      danger: expect.stringContaining("can be read and changed on their way"),
    },
  ]);
});

test.each([
  ["127.0.0.0/8", "this machine"],
  ["127.0.0.1/32", "this machine"],
  ["::1/128", "this machine"],
  ["10.20.0.0/16", "private networks"],
  ["fd00:1234::/32", "private networks"],
  ["100.64.0.0/16", "shared addresses (CGNAT)"],
  ["169.254.0.0/16", "link-local addresses, metadata services"],
  ["169.254.169.254/32", "link-local addresses, metadata services"],
  ["168.63.129.16/32", "metadata services"],
  ["fd00:ec2::/32", "private networks, metadata services"],
  ["::ffff:10.0.0.0/104", "IPv4 addresses in an IPv6 disguise"],
  [
    "0.0.0.0/0",
    "this machine, private networks, shared addresses (CGNAT), link-local addresses, metadata services",
  ],
  [
    "::/0",
    "this machine, private networks, link-local addresses, metadata services, IPv4 addresses in an IPv6 disguise",
  ],
])("an allowed range %s is one: it holds %s", (range, kinds) => {
  expect(dangers({ ONHOOK_DELIVERY_ALLOWED_RANGES: range })).toEqual([
    {
      setting: "delivery.allowedRanges",
      danger: `${range} holds ${kinds}: whoever may write triggers can send requests there`,
    },
  ]);
});

test("each range is told by itself, one that holds nothing inside is not", () => {
  const found = dangers({ ONHOOK_DELIVERY_ALLOWED_RANGES: "10.0.0.0/8,203.0.113.0/24,fc00::/7" });
  expect(found.map(({ danger }) => danger.split(" ", 1)[0])).toEqual(["10.0.0.0/8", "fc00::/7"]);
});

test("ports that are denied by default and no longer are one", () => {
  const ports = Object.keys(portsDeniedByDefault).filter((port) => !["22", "6379"].includes(port));
  expect(dangers({ ONHOOK_DELIVERY_DENIED_PORTS: [...ports, "8443"].join(",") })).toEqual([
    {
      setting: "delivery.deniedPorts",
      danger: "requests may go to ports that are denied by default: 22 (SSH), 6379 (Redis, Valkey)",
    },
  ]);
});

test("a proxy's password in the clear is one", () => {
  const login = {
    ONHOOK_DELIVERY_PROXY_USERNAME: "onhook",
    ONHOOK_DELIVERY_PROXY_PASSWORD: "hush",
  };
  const at = (url: string) => dangers({ ...login, ONHOOK_DELIVERY_PROXY_URL: url });
  expect(at("http://proxy.example.com:3128").map(({ setting }) => setting)).toEqual([
    "delivery.proxy.password",
  ]);
  expect(JSON.stringify(at("http://proxy.example.com:3128"))).not.toContain("hush");
  expect(at("https://proxy.example.com")).toEqual([]);
});

test("a token for a collector is one where it is sent in the clear", () => {
  const settings = { ONHOOK_TRACING_HEADERS: "authorization=Bearer hush" };
  const of = (otlpEndpoint: string) =>
    dangers({ ...settings, ONHOOK_TRACING_OTLP_ENDPOINT: otlpEndpoint });
  expect(of("https://collector.example.com")).toEqual([]);
  expect(of("http://collector:4318")).toEqual([
    { setting: "tracing.headers", danger: expect.stringContaining("in the clear") },
  ]);
  expect(dangers({ ONHOOK_TRACING_OTLP_ENDPOINT: "http://collector:4318" })).toEqual([]);
});

test.each([
  ["admin.publicUrl", "ONHOOK_ADMIN_PUBLIC_URL"],
  ["admin.oidc.issuer", "ONHOOK_ADMIN_OIDC_ISSUER"],
])("%s is one where it is reached in the clear", (setting, variable) => {
  expect(dangers({ [variable]: "http://example.com" })).toEqual([
    { setting, danger: expect.stringContaining("its address is http://") },
  ]);
  expect(dangers({ [variable]: "https://example.com" })).toEqual([]);
});

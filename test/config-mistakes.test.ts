import * as fc from "fast-check";
import { expect, test } from "vitest";
import { settings } from "../src/config/catalogue.ts";
import { printConfig } from "../src/config.ts";
import { load, mistakes } from "./support/config-mistakes.ts";

test.each(["", " 1000", "1e4", "0x10", "10_000", "10.0", "ten", "10s", "Infinity"])(
  "%j in the environment is no whole number",
  (text) => {
    expect(mistakes("", { ONHOOK_DELIVERY_TIMEOUT_MS: text })).toEqual([
      `- delivery.timeoutMs (ONHOOK_DELIVERY_TIMEOUT_MS): given ${JSON.stringify(text)}, allowed: a whole number from 100 to 120000 (ms)`,
    ]);
  },
);

test.each(["yes", "TRUE", "1", ""])("%j in the environment is neither true nor false", (text) => {
  expect(mistakes("", { ONHOOK_DELIVERY_DANGEROUS_ALLOW_HTTP: text })).toHaveLength(1);
});

test.each([
  "k1:c2hvcnQ=",
  `k1:${"A".repeat(43)}`,
  `k 1:${"A".repeat(43)}=`,
  `k1:${"A".repeat(43)}=,k1:${"B".repeat(43)}=`,
])("a key ring of %s is refused, and not repeated", (keys) => {
  const [mistake = "", ...others] = mistakes("", { ONHOOK_SECRETS_KEYS: keys });
  expect(mistake).toMatch(
    /^- secrets\.keys \(ONHOOK_SECRETS_KEYS\): given a value that is not shown, allowed: items of an id/,
  );
  expect(others).toEqual([]);
});

test("all mistakes are reported at once, a line each, with setting, place, value and what is allowed", () => {
  const file = `
kafka:
  clientId: "a b"
  ssl: 5
delivery:
  ladderMs: [2000, 1000]
log:
  level: loud
`;
  expect(mistakes(file, { ONHOOK_HTTP_PORT: "80x", ONHOOK_ROLES: "match,match" })).toEqual([
    "- kafka.ssl (onhook.yaml line 4): this is a group of settings, not a single one",
    '- kafka.clientId (onhook.yaml line 3): given "a b", allowed: 1 to 200 letters, digits, dots, underscores and hyphens',
    "- delivery.ladderMs (onhook.yaml line 6): given [2000,1000], allowed: 1 to 20 waits, each longer than the one before, in whole seconds from 1000 to 86400000 (ms)",
    '- log.level (onhook.yaml line 8): given "loud", allowed: one of trace, debug, info, warn, error, fatal',
    '- http.port (ONHOOK_HTTP_PORT): given "80x", allowed: a whole number from 0 to 65535',
    '- roles (ONHOOK_ROLES): given "match,match", allowed: one or more of match, deliver, admin, each once',
  ]);
});

test("a mistake in the file is one even where the environment covers it", () => {
  expect(mistakes("http: {port: many}", { ONHOOK_HTTP_PORT: "8080" })).toHaveLength(1);
});

test.each([
  [
    "kafka: {borkers: []}",
    "- kafka.borkers (onhook.yaml line 1): there is no such setting; did you mean kafka.brokers?",
  ],
  [
    "delivry: {}",
    "- delivry (onhook.yaml line 1): there is no such setting; did you mean delivery?",
  ],
  [
    "brokers: [a:1]",
    "- brokers (onhook.yaml line 1): there is no such setting; did you mean kafka.brokers?",
  ],
  [
    "kafka.brokers: [a:1]",
    "- kafka.brokers (onhook.yaml line 1): there is no such setting; write its groups one below the other",
  ],
  [
    "http: {port: 80}\nsomething: else",
    "- something (onhook.yaml line 2): there is no such setting",
  ],
])("an unknown name in the file is a mistake: %s", (file, line) => {
  expect(mistakes(file)).toEqual([line]);
});

test("an unknown ONHOOK_ variable is a mistake, its value is not shown, and a near name is offered", () => {
  expect(
    mistakes("", { ONHOOK_KAFKA_SASL_PASSWRD: "hunter2", ONHOOK_WHATEVER: "x", PATH: "/bin" }),
  ).toEqual([
    "- ONHOOK_KAFKA_SASL_PASSWRD (environment): there is no such setting; did you mean ONHOOK_KAFKA_SASL_PASSWORD?",
    "- ONHOOK_WHATEVER (environment): there is no such setting",
  ]);
});

test("variables that Kubernetes makes of services are nobody's mistake", () => {
  const env = {
    ONHOOK_SERVICE_HOST: "10.0.0.1",
    ONHOOK_SERVICE_PORT: "8080",
    ONHOOK_SERVICE_PORT_HTTP: "8080",
    ONHOOK_PORT: "tcp://10.0.0.1:8080",
    ONHOOK_PORT_8080_TCP: "tcp://10.0.0.1:8080",
    ONHOOK_PORT_8080_TCP_ADDR: "10.0.0.1",
    ONHOOK_MATCH_PORT_8080_TCP_PROTO: "tcp",
  };
  expect(mistakes("", env)).toEqual([]);
});

test("the variables that are no settings are passed over", () => {
  expect(mistakes("", { ONHOOK_CONFIG: "x.yaml", ONHOOK_SANDBOX: "java" })).toEqual([]);
});

test.each([
  ["delivery: {ladderMs: []}"],
  ["delivery: {ladderMs: [1500]}"],
  ["delivery: {ladderMs: [2000, 2000]}"],
  [`delivery: {ladderMs: [${Array.from({ length: 21 }, (_, n) => (n + 1) * 1000).join()}]}`],
  ["delivery: {allowedRanges: [10.0.0.1]}"],
  ["delivery: {allowedRanges: [10.0.0.0/33]}"],
  ["delivery: {deniedPorts: [0]}"],
  ["delivery: {proxy: {url: 'proxy:3128'}}"],
  ["delivery: {proxy: {url: 'socks5://proxy:1080'}}"],
  ["delivery: {proxy: {url: 'http://user:pass@proxy:3128'}}"],
  ["delivery: {proxy: {url: 'http://proxy:3128/path'}}"],
  ["delivery: {proxy: {url: 'http://proxy:port'}}"],
  ["kafka: {brokers: []}"],
  ["kafka: {brokers: [localhost]}"],
  ["kafka: {brokers: localhost:9092}"],
  ["kafka: {brokers: }"],
  ["kafka: {replicationFactor: 0}"],
  ["registry: {url: localhost:8081}"],
  ["topics: {cdr: {name: a/b}}"],
  ["roles: [matcher]"],
  ["http: {port: 8080.5}"],
  ["http: {port: '8080'}"],
])("a value that is not allowed is refused: %s", (file) => {
  expect(mistakes(file)).toHaveLength(1);
});

test.each([
  ["kafka: {replicationFactor: -1}"],
  ["delivery: {allowedRanges: [10.0.0.0/8, 'fd00::/8']}"],
  ["delivery: {proxy: {url: 'http://proxy:3128/'}}"],
  ["delivery: {proxy: {url: 'https://[fd00::1]:3128', username: u, password: p}}"],
  ["delivery: {ladderMs: [1000]}"],
  ["registry: {url: 'https://registry.example/apis/ccompat/v7'}"],
])("a value that is allowed is taken: %s", (file) => {
  expect(mistakes(file)).toEqual([]);
});

test("a text that is not YAML is one mistake with its line, and what it says is not shown", () => {
  expect(mistakes("kafka:\n  sasl:\n    password: *hunter2\n")).toEqual([
    "- onhook.yaml line 3: aliases are not read; put text that begins with * in quotes",
  ]);
  expect(mistakes("kafka:\n  clientId: a\n  clientId: b\n")).toEqual([
    "- onhook.yaml line 3: not valid YAML (duplicate key)",
  ]);
  expect(mistakes("kafka: {sasl: {password: !hunter2 x}}").join()).not.toContain("hunter2");
  expect(mistakes("- a\n- b\n")).toEqual([
    "- onhook.yaml: the file must hold names of settings with their values",
  ]);
});

test("a text that can not be read hides how settings fit together", () => {
  expect(mistakes("kafka: [", { ONHOOK_KAFKA_SASL_USERNAME: "u" })).toEqual([
    expect.stringContaining("not valid YAML"),
  ]);
});

test("secrets are shown neither when they are refused nor in print", () => {
  expect(mistakes("kafka: {sasl: {password: 12345}}").join()).toContain(
    "given a value that is not shown",
  );
  expect(mistakes("kafka: {sasl: {password: 12345}}").join()).not.toContain("12345");
  expect(mistakes("registry: {url: 'http://u:hunter2@host/'}").join()).not.toContain("hunter2");
  const printed = printConfig(
    load("registry: {username: u}", { ONHOOK_REGISTRY_PASSWORD: "hunter2" }),
  );
  expect(printed).not.toContain("hunter2");
  expect(printed).toContain('password: "***"');
});

test("a name with a line break or a control character is written out, so that each mistake has one line", () => {
  const esc = String.fromCharCode(27);
  expect(mistakes('{"kaf\\n\\nka": 1}')).toEqual([
    expect.stringContaining("kaf\\u000a\\u000aka (onhook.yaml line 1): there is no such setting"),
  ]);
  expect(mistakes("", { [`ONHOOK_A${esc}[2J`]: "1" })).toEqual([
    expect.stringContaining("ONHOOK_A\\u001b[2J (environment): there is no such setting"),
  ]);
});

test("no text in a variable makes loading fail with anything but CONFIG_INVALID", () => {
  const anySetting = fc.constantFrom(...settings.map(({ env }) => env));
  fc.assert(
    fc.property(fc.dictionary(anySetting, fc.string({ unit: "binary" }), { maxKeys: 4 }), (env) => {
      expect(mistakes("", env).every((line) => line.startsWith("- "))).toBe(true);
    }),
  );
});

test("no text of a file makes loading fail with anything but CONFIG_INVALID", () => {
  const piece = fc.constantFrom(
    "kafka",
    "brokers",
    "sasl",
    ":",
    " ",
    "\n",
    "  ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "*a",
    "&a",
    "!x",
    "? ",
    "'",
    '"',
    "5",
    "null",
    "#",
    "|",
    "<<",
    "__proto__",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      expect(mistakes(pieces.join("")).every((line) => line.startsWith("- "))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

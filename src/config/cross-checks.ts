import type { Config } from "./schema.ts";

/** A rule about several settings, each of which is valid for itself. */
interface CrossCheck {
  /** The settings that the rule looks at; it is left out while one of them is not valid. */
  readonly concerns: readonly string[];
  readonly problems: (config: Config) => readonly CrossProblem[];
}

/** `setting` is the one that the message begins with, `problem` the rest of the sentence. */
export interface CrossProblem {
  readonly setting: string;
  readonly problem: string;
}

/** Settings that make sense only together: what is given asks for what is missing. */
function together(pairs: readonly (readonly [string, string | null])[]): CrossProblem[] {
  const given = pairs.find(([, value]) => value !== null);
  if (given === undefined) return [];
  return pairs
    .filter(([, value]) => value === null)
    .map(([missing]) => ({ setting: given[0], problem: `needs ${missing} too` }));
}

/** Two of them must not be equal: each later one of a pair of equals is named. */
function distinct(named: readonly (readonly [string, string])[], what: string): CrossProblem[] {
  return named.flatMap(([setting, value], index) => {
    const earlier = named.slice(0, index).find(([, other]) => other === value);
    if (earlier === undefined) return [];
    return [{ setting, problem: `is the same ${what} as ${earlier[0]}, "${value}"` }];
  });
}

function saslProblems({ kafka: { sasl } }: Config): CrossProblem[] {
  const credentials = [
    ["kafka.sasl.username", sasl.username],
    ["kafka.sasl.password", sasl.password],
  ] as const;
  if (sasl.mechanism !== "none") return together([["kafka.sasl.mechanism", ""], ...credentials]);
  return credentials
    .filter(([, value]) => value !== null)
    .map(([setting]) => ({ setting, problem: "has no effect while kafka.sasl.mechanism is none" }));
}

/** Without this check a forgotten kafka.ssl.enabled would send everything in the clear. */
function sslProblems({ kafka: { ssl } }: Config): CrossProblem[] {
  const files = [
    ["kafka.ssl.caFile", ssl.caFile],
    ["kafka.ssl.certFile", ssl.certFile],
    ["kafka.ssl.keyFile", ssl.keyFile],
    ["kafka.ssl.servername", ssl.servername],
  ] as const;
  if (ssl.enabled) return together([files[1], files[2]]);
  return files
    .filter(([, value]) => value !== null)
    .map(([setting]) => ({ setting, problem: "has no effect while kafka.ssl.enabled is false" }));
}

function proxyProblems({ delivery: { proxy } }: Config): CrossProblem[] {
  const credentials = [
    ["delivery.proxy.username", proxy.username],
    ["delivery.proxy.password", proxy.password],
  ] as const;
  if (proxy.url !== null) return together(credentials);
  return credentials
    .filter(([, value]) => value !== null)
    .map(([setting]) => ({ setting, problem: "has no effect while delivery.proxy.url is null" }));
}

/** A replay could be given the id that makes its group that of a role, and would then move what the role has committed. */
function replayGroupProblems({ kafka }: Config): CrossProblem[] {
  const groups = [
    ["kafka.matchGroup", kafka.matchGroup],
    ["kafka.deliverGroup", kafka.deliverGroup],
    ["kafka.retryGroup", kafka.retryGroup],
  ] as const;
  return groups
    .filter(([, group]) => group.startsWith(`${kafka.replayGroupPrefix}-`))
    .map(([setting]) => ({
      setting,
      problem:
        "must not begin with kafka.replayGroupPrefix and a hyphen, as the groups of replays do",
    }));
}

function topicProblems({ topics, delivery }: Config): CrossProblem[] {
  const { retry, ...roles } = topics;
  const names = Object.entries(roles).map(
    ([role, topic]) => [`topics.${role}.name`, topic.name] as const,
  );
  const rungs = delivery.ladderMs.map(
    (ms) => ["topics.retry.prefix", `${retry.prefix}${ms / 1000}s`] as const,
  );
  return distinct([...names, ...rungs], "topic");
}

/** Without this check a forgotten key would have every secret refused, or none encrypted. */
function secretProblems({ secrets }: Config): CrossProblem[] {
  if (secrets.keys.length > 0 || secrets.keysFile !== null) return [];
  const problem = "needs a key in secrets.keys or secrets.keysFile";
  return [
    ...(secrets.activeKey === null ? [] : [{ setting: "secrets.activeKey", problem }]),
    ...(secrets.requireEncrypted ? [{ setting: "secrets.requireEncrypted", problem }] : []),
  ];
}

/** Without an endpoint nothing is sent, whatever else is set. */
function tracingProblems({ tracing }: Config): CrossProblem[] {
  const { otlpEndpoint, headers, caFile } = tracing;
  if (otlpEndpoint !== null) return [];
  const problem = "has no effect while tracing.otlpEndpoint is null";
  return [
    ...(headers.length === 0 ? [] : [{ setting: "tracing.headers", problem }]),
    ...(caFile === null ? [] : [{ setting: "tracing.caFile", problem }]),
  ];
}

const topicNames = [
  "cdr",
  "triggers",
  "tenants",
  "endpoints",
  "jobs",
  "dead",
  "attempts",
  "invalid",
];

export const crossChecks: readonly CrossCheck[] = [
  {
    concerns: ["kafka.sasl.mechanism", "kafka.sasl.username", "kafka.sasl.password"],
    problems: saslProblems,
  },
  {
    concerns: ["enabled", "caFile", "certFile", "keyFile", "servername"].map(
      (key) => `kafka.ssl.${key}`,
    ),
    problems: sslProblems,
  },
  {
    concerns: ["url", "username", "password"].map((key) => `delivery.proxy.${key}`),
    problems: proxyProblems,
  },
  {
    concerns: ["registry.username", "registry.password"],
    problems: ({ registry }) =>
      together([
        ["registry.username", registry.username],
        ["registry.password", registry.password],
      ]),
  },
  {
    concerns: ["keys", "keysFile", "activeKey", "requireEncrypted"].map((key) => `secrets.${key}`),
    problems: secretProblems,
  },
  {
    concerns: ["otlpEndpoint", "headers", "caFile"].map((key) => `tracing.${key}`),
    problems: tracingProblems,
  },
  {
    concerns: ["kafka.heartbeatIntervalMs", "kafka.sessionTimeoutMs"],
    problems: ({ kafka }) =>
      kafka.heartbeatIntervalMs < kafka.sessionTimeoutMs
        ? []
        : [
            {
              setting: "kafka.heartbeatIntervalMs",
              problem: "must be less than kafka.sessionTimeoutMs",
            },
          ],
  },
  {
    // Members of one group that read different topics would be given each other's partitions.
    concerns: ["kafka.matchGroup", "kafka.deliverGroup", "kafka.retryGroup"],
    problems: ({ kafka }) =>
      distinct(
        [
          ["kafka.matchGroup", kafka.matchGroup],
          ["kafka.deliverGroup", kafka.deliverGroup],
          ["kafka.retryGroup", kafka.retryGroup],
        ],
        "consumer group",
      ),
  },
  {
    concerns: [
      "kafka.matchGroup",
      "kafka.deliverGroup",
      "kafka.retryGroup",
      "kafka.replayGroupPrefix",
    ],
    problems: replayGroupProblems,
  },
  {
    concerns: [
      ...topicNames.map((role) => `topics.${role}.name`),
      "topics.retry.prefix",
      "delivery.ladderMs",
    ],
    problems: topicProblems,
  },
];

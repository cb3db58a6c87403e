import {
  choice,
  flag,
  given,
  group,
  labels,
  objects,
  pattern,
  text,
  texts,
  whole,
} from "./value.ts";

const duration = "^([0-9]+(ms|s|m|h))+$";

/** What no receiver stands at, as the service refuses it by itself: what src/http/address-guard.ts says, as ranges. */
const refusedRanges = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
  // All but 2000::/3, and with it ::1, fc00::/7, fe80::/10, and 64:ff9b::/96, behind which IPv4 addresses stand.
  "::/3",
  "4000::/2",
  "8000::/1",
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "2620:4f:8000::/48",
  "3ffe::/16",
  "3fff::/20",
];

/** The portal's pages and the API; what the service has besides is for the cluster alone. */
const portalPaths = ["/", "/api", "/en-GB", "/fr-FR", "/portal", "/sign-in", "/webhooks"];

export const clusterValues = {
  topicsApply: group("The Job that makes topics and registers schemas: `onhook topics apply`.", {
    run: choice(
      ["hook", "job", "never"],
      "hook",
      "hook: before each install and upgrade, which fails where it fails; job: beside the pods, which wait for it (needed where Strimzi makes the users), a new one with each revision of the release; never: you run it yourself.",
    ),
    backoffLimit: whole({ least: 0 }, 4, "How often it is tried again."),
    activeDeadlineSeconds: whole({ least: 1 }, 300, "How long it may take, all tries together."),
    annotations: labels("Annotations of the Job."),
    resources: group("What it asks for and may take.", {
      requests: given(
        { type: "object", additionalProperties: { type: ["string", "number"] } },
        { cpu: "100m", memory: "256Mi" },
        "What the scheduler keeps free for it.",
      ),
      limits: given(
        { type: "object", additionalProperties: { type: ["string", "number"] } },
        { memory: "256Mi" },
        "The most it may take.",
      ),
    }),
  }),
  networkPolicy: group("Who may talk to the pods, and whom they may talk to.", {
    enabled: flag(false, "Whether there are NetworkPolicies."),
    ingressFrom: objects(
      "Peers that may reach the HTTP port, Prometheus and the Ingress for two; none given: all. Probes always may.",
    ),
    dnsTo: objects("Peers that answer DNS; none given: any, at port 53."),
    kafkaTo: objects(
      "Peers that brokers are among; none given: any, at the ports of config.kafka.brokers and kafkaPorts.",
    ),
    kafkaPorts: given(
      { type: "array", items: { type: "integer", minimum: 1, maximum: 65_535 } },
      [],
      "Ports of the brokers besides those of config.kafka.brokers, where they advertise others.",
    ),
    registryTo: objects(
      "Peers that the registry is among; none given: any, at the port of config.registry.url. Needed where a process delivers or makes test requests, unless config.delivery.deniedPorts has the port; so for kafkaTo, proxyTo and collectorTo.",
    ),
    proxyTo: objects(
      "Peers that the proxy of config.delivery.proxy.url is among; none given: any, at its port.",
    ),
    collectorTo: objects(
      "Peers that the collector of config.tracing.otlpEndpoint is among; none given: any, at its port.",
    ),
    refusedRanges: given(
      { type: "array", items: { type: "string", pattern: "^[0-9a-fA-F.:]+/[0-9]{1,3}$" } },
      refusedRanges,
      "Ranges that the deliver role, and the admin role's test requests, may not reach, unless config.delivery.allowedRanges has them: those that the service refuses, and all of NAT64 (64:ff9b::/96), for which extraEgress can make a rule where receivers are reached by it. Where there is a proxy, it reaches only that.",
    ),
    extraEgress: objects("Rules besides, as items of `spec.egress`."),
  }),
  portal: group("How people reach the API and the portal of the admin role.", {
    enabled: flag(
      false,
      "Whether there is a Service for them. With several processes they need one ONHOOK_ADMIN_SESSION_KEY.",
    ),
    service: group("The Service.", {
      type: choice(["ClusterIP", "NodePort", "LoadBalancer"], "ClusterIP", "Its type."),
      port: whole({ least: 1, most: 65_535 }, 80, "Its port."),
      annotations: labels("Its annotations."),
    }),
    ingress: group("An Ingress before it.", {
      enabled: flag(false, "Whether there is one; it sets config.admin.publicUrl."),
      className: text("", "Its class; empty: the cluster's default."),
      annotations: labels("Its annotations."),
      host: pattern(
        "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$",
        "",
        "The name that people reach the portal by.",
      ),
      paths: given(
        { type: "array", minItems: 1, items: { type: "string", pattern: "^/[^\\s]*$" } },
        portalPaths,
        "What of the service is reached, with all below it; of / nothing else.",
      ),
      tls: group("Its certificate.", {
        enabled: flag(true, "Whether the Ingress has one. Without, sign-ins travel in the clear."),
        secretName: text("", "Secret of the certificate; empty: the controller's default."),
        elsewhere: flag(
          false,
          "Whether something in front of the Ingress has it, where `enabled` is false.",
        ),
      }),
    }),
  }),
  history: group(
    "Where the admin role keeps what it remembers. It is made of the topics again where it is lost.",
    {
      sizeLimit: given(
        { type: "string", pattern: "^[1-9][0-9]*(Mi|Gi|M|G)$" },
        "6Gi",
        "The most that its emptyDir may take; a quarter more than config.history.maxMegabytes at least.",
      ),
      existingClaim: text(
        "",
        "PersistentVolumeClaim in place of it, so that a new pod goes on where the old one was; for a role with one process, which then stops before the next one starts.",
      ),
    },
  ),
  monitor: group("How Prometheus finds the pods, by its operator.", {
    kind: choice(
      ["none", "PodMonitor", "ServiceMonitor"],
      "none",
      "Kind of object; a ServiceMonitor gets a headless Service.",
    ),
    namespace: text("", "Namespace that it is made in; empty: the release's."),
    labels: labels("Labels that your Prometheus selects it by."),
    interval: pattern(duration, "15s", "How often the pods are scraped."),
    scrapeTimeout: pattern(duration, "10s", "How long a scrape may take."),
    relabelings: objects("Changes of targets' labels."),
    metricRelabelings: objects("Changes of series' labels."),
  }),
  prometheusRule: group(
    "Recording rules and alerts of config/prometheus, for Prometheus' operator.",
    {
      enabled: flag(
        false,
        "Whether there is such a PrometheusRule. In one release only, where a Prometheus sees several: the rules look at all of them.",
      ),
      namespace: text("", "Namespace that it is made in; empty: the release's."),
      labels: labels("Labels that your Prometheus selects it by."),
      alertLabels: labels("Labels that every alert gets besides."),
      runbookPrefix: text(
        "",
        "What stands before docs/runbooks/… in the alerts' runbook_url: the address of your copy of this repository, with a slash at its end.",
      ),
      disabled: texts([], "Names of alerts to leave out."),
    },
  ),
  dashboards: group("Dashboards of config/grafana as ConfigMaps, for Grafana's sidecar.", {
    enabled: flag(false, "Whether there are such ConfigMaps."),
    namespace: text("", "Namespace that they are made in; empty: the release's."),
    labels: labels("Labels that the sidecar selects them by.", { grafana_dashboard: "1" }),
    annotations: labels("Annotations, of the folder for one."),
  }),
  keda: group(
    "What ScaledObjects have in common. They look at the lag of the calls and of the jobs, never at the rungs of the retry ladder: what waits there waits for its time.",
    {
      authenticationRef: text(
        "",
        "TriggerAuthentication to reach the brokers with; needed where they ask for a login or a client's certificate, or have certificates of an authority of your own.",
      ),
      pollingIntervalSeconds: whole({ least: 1 }, 30, "How often the lag is looked at."),
      fallbackReplicas: whole(
        { least: 0 },
        0,
        "Processes while the lag can't be read, three times in a row; 0: as many as there are.",
      ),
    },
  ),
  strimzi: group("Topics and users by Strimzi's operators.", {
    cluster: text("", "Name of the Kafka resource."),
    namespace: text(
      "",
      "Its namespace, where topics and users are made; empty: the release's. Users' secrets are used by themselves only in the release's.",
    ),
    apiVersion: choice(
      ["kafka.strimzi.io/v1", "kafka.strimzi.io/v1beta2"],
      "kafka.strimzi.io/v1",
      "v1beta2 for Strimzi before 0.49.",
    ),
    topics: group("The topics, which stay when the release is uninstalled.", {
      enabled: flag(false, "Whether there is a KafkaTopic for each."),
      config: given(
        { type: "object", additionalProperties: { type: ["string", "integer", "boolean"] } },
        { "min.insync.replicas": 2 },
        "Topic settings besides those that the service needs.",
      ),
    }),
    users: group("A user for each role, with the rights that it needs and no others.", {
      enabled: flag(false, "Whether there is a KafkaUser for each role and for `topics apply`."),
      operator: flag(
        false,
        "Whether there is one besides, whose name ends in -operator, for the people who run `dead list`, `replay`, `trigger`, `token`, `explain` and `audit`. It may do what the API and the portal do.",
      ),
      authentication: choice(
        ["tls", "scram-sha-512"],
        "scram-sha-512",
        "How they log in: by a client's certificate, or by a password (config.kafka.sasl.mechanism: scram-sha-512).",
      ),
    }),
  }),
};

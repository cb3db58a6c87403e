import { anything, choice, flag, given, group, labels, objects, text, whole } from "./value.ts";
import type { ChartGroup } from "./value.ts";

const memory = {
  type: "string",
  pattern: "^[1-9][0-9]*(Mi|Gi|M|G)$",
};
const cpu = {
  type: ["string", "number"],
  pattern: "^[0-9]+(\\.[0-9]+)?m?$",
  exclusiveMinimum: 0,
};

const resources = (cpuRequest: string, memoryLimit: string): ChartGroup =>
  group("What a container asks for and may take.", {
    requests: group("What the scheduler keeps free for it.", {
      cpu: given(cpu, cpuRequest, "Processors."),
      memory: given(memory, memoryLimit, "Memory, in Mi, Gi, M or G."),
    }),
    limits: group("The most it may take. No limit of processors: it would only make it wait.", {
      cpu: given({ ...cpu, pattern: `^$|${cpu.pattern}` }, "", "Processors; empty: no limit."),
      memory: given(
        memory,
        memoryLimit,
        "Memory, in Mi, Gi, M or G; heapMiB and at least 192Mi more, and in admin and all what config.history.recentCallsMegabytes says.",
      ),
    }),
  });

const autoscaling = group("How the number of processes follows the load.", {
  kind: choice(
    ["none", "hpa", "keda"],
    "none",
    "none: `replicas` stands; hpa: a HorizontalPodAutoscaler, by processor time and what `metrics` names; keda: a ScaledObject, by the lag of the role's consumer group.",
  ),
  minReplicas: whole({ least: 1 }, 2, "The fewest processes."),
  maxReplicas: whole({ least: 1 }, 6, "The most processes; no more than the topic has partitions."),
  cpuPercent: whole(
    { least: 0, most: 1000 },
    70,
    "hpa: processor time to aim at, in percent of what is requested; 0: not by processor time, but by `metrics` alone.",
  ),
  metrics: objects(
    "hpa: more metrics, as items of `spec.metrics` of autoscaling/v2; of kind External for one, onhook_group_lag.",
  ),
  lagPerReplica: whole({ least: 1 }, 5000, "keda: records of lag for each process that is wanted."),
  behavior: given(
    { type: "object" },
    {
      scaleUp: {
        stabilizationWindowSeconds: 60,
        policies: [{ type: "Pods", value: 2, periodSeconds: 60 }],
      },
      scaleDown: {
        stabilizationWindowSeconds: 900,
        policies: [{ type: "Pods", value: 1, periodSeconds: 300 }],
      },
    },
    "How fast it may change, as `spec.behavior` of autoscaling/v2. Each change makes all members of the groups pause for a rebalance: slow is better.",
  ),
});

const role = (
  doc: string,
  standard: {
    readonly enabled: boolean;
    readonly replicas: number;
    readonly cpu: string;
    readonly memory?: string;
  },
): ChartGroup =>
  group(doc, {
    enabled: flag(standard.enabled, "Whether there is such a Deployment."),
    replicas: whole({ least: 0 }, standard.replicas, "Processes, where autoscaling.kind is none."),
    heapMiB: whole(
      { least: 64 },
      256,
      "Limit of Node's heap, in MiB (--max-old-space-size). Where there are many triggers, more: see docs/operations.md.",
    ),
    resources: resources(standard.cpu, standard.memory ?? "512Mi"),
    autoscaling,
    podDisruptionBudget: group("How many processes a drain of nodes may take at once.", {
      enabled: flag(true, "Whether there is such a PodDisruptionBudget."),
      maxUnavailable: given(
        { type: ["integer", "string"], minimum: 0, pattern: "^[0-9]{1,2}%$|^100%$" },
        1,
        "Number or percentage of processes that may be away; not 0, with which no node could be drained.",
      ),
    }),
    extraEnv: objects("Environment variables besides, as items of a container's `env`."),
    nodeSelector: labels("Labels of nodes, in place of `pod.nodeSelector`."),
    tolerations: objects("Tolerations, in place of `pod.tolerations`."),
    affinity: anything("Affinity, in place of `pod.affinity`."),
  });

export const roleValues = {
  roles: group("One Deployment for each role.", {
    match: role("Calls to jobs. As many processes as topics.cdr has partitions share the work.", {
      enabled: true,
      replicas: 2,
      cpu: "500m",
    }),
    deliver: role(
      "Jobs to requests. As many processes as topics.jobs has partitions share the work.",
      {
        enabled: true,
        replicas: 2,
        cpu: "500m",
      },
    ),
    admin: role(
      "The API, the portal, the audit, and what is looked at from one place. One process is enough.",
      {
        enabled: true,
        replicas: 1,
        cpu: "100m",
        memory: "1Gi",
      },
    ),
    all: role(
      "All three roles in one process, for small installations: in place of the three above.",
      {
        enabled: false,
        replicas: 2,
        cpu: "500m",
        memory: "1Gi",
      },
    ),
  }),
};

const probe = (
  doc: string,
  [period, timeout, failures]: readonly [number, number, number],
): ChartGroup =>
  group(doc, {
    periodSeconds: whole({ least: 1 }, period, "How often it is asked."),
    timeoutSeconds: whole({ least: 1 }, timeout, "How long an answer may take."),
    failureThreshold: whole({ least: 1 }, failures, "How many failures in a row count."),
  });

const placement = {
  priorityClassName: text("", "Priority class; empty: the cluster's default."),
  nodeSelector: labels("Labels of the nodes that pods may run on."),
  tolerations: objects("Tolerations of taints."),
  affinity: anything("Affinity."),
  topologySpreadConstraints: given(
    {
      type: "array",
      items: { type: "object", required: ["maxSkew", "topologyKey", "whenUnsatisfiable"] },
    },
    [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
      },
      { maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway" },
    ],
    "How the processes of a role are spread. Where an item has no labelSelector, it is that of the role.",
  ),
};

export const podValues = {
  pod: group(
    "What the pods of all roles have in common. Their security is fixed at what Kubernetes calls restricted.",
    {
      labels: labels("Labels besides, none below app.kubernetes.io/ or helm.sh/."),
      annotations: labels("Annotations besides."),
      runAsUser: whole(
        { least: 1 },
        65_532,
        "Numeric user, never root; null: the image's or, on OpenShift, the namespace's.",
      ),
      runAsGroup: whole({ least: 1 }, 65_532, "Numeric group; null: as for the user."),
      fsGroup: whole(
        { least: 1 },
        65_532,
        "Group that may read the mounted secrets; null: as for the user.",
      ),
      ...placement,
      extraEnv: objects("Environment variables of every container, as items of `env`."),
      extraVolumes: objects("Volumes besides."),
      extraVolumeMounts: objects("Mounts besides, of `pod.extraVolumes`."),
    },
  ),
  deployment: group(
    "How Deployments change. One process after another, each new one first: partitions move as seldom as can be.",
    {
      maxSurge: whole(
        { least: 0 },
        1,
        "How many processes there may be too many in an update; not 0 together with maxUnavailable.",
      ),
      maxUnavailable: whole({ least: 0 }, 0, "How many may be missing."),
      minReadySeconds: whole(
        { least: 0 },
        10,
        "How long a new process must be ready before the next one is replaced.",
      ),
      progressDeadlineSeconds: whole(
        { least: 1 },
        600,
        "After how long without progress an update counts as failed.",
      ),
      revisionHistoryLimit: whole(
        { least: 0 },
        5,
        "How many old versions of a Deployment are kept.",
      ),
      terminationGracePeriodSeconds: whole(
        { least: 0 },
        0,
        "Time from SIGTERM to SIGKILL. 0: config.delivery.drainTimeoutMs, preStopSleepSeconds and 10 s more; less than these is refused.",
      ),
      preStopSleepSeconds: whole(
        { least: 0, most: 300 },
        0,
        "Pause before SIGTERM (Kubernetes 1.30 or later, no shell needed). Nothing sends work to a pod, so none is needed.",
      ),
    },
  ),
  probes: group("How the kubelet looks at a process.", {
    startup: probe("At start: /healthz, until it answers for the first time.", [2, 2, 60]),
    liveness: probe(
      "Whether only a restart can mend it: /healthz. An outage of Kafka does not make it fail.",
      [20, 5, 3],
    ),
    readiness: probe("Whether it works: /readyz.", [5, 3, 2]),
  }),
  serviceAccount: group("The pods' account. They talk to no API server and get no token.", {
    create: flag(true, "Whether the chart makes one."),
    name: text("", "Its name; empty: that of the release, or `default` where none is made."),
    annotations: labels("Its annotations."),
  }),
};

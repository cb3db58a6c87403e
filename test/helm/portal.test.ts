import { describe, expect, it } from "vitest";
import { rendered, template, theOne } from "../support/chart/render-chart.ts";
import type { Manifest } from "../support/chart/render-chart.ts";

const host = "webhooks.example.com";
const behind = (ingress: object = {}) => ({
  portal: { enabled: true, ingress: { enabled: true, host, ...ingress } },
});

/** The settings that the pods read. */
const settingsIn = (manifests: readonly Manifest[]): string =>
  theOne(manifests, "ConfigMap", "release-onhook").data?.["onhook.yaml"] ?? "";

describe("the portal", () => {
  it("is no Service's unless it is asked for", async () => {
    const manifests = await rendered("large");
    expect(manifests.filter(({ kind }) => /^(?:Service|Ingress)$/.test(kind))).toEqual([]);
  });

  it("is reached at the processes with the admin role, and at no others", async () => {
    const component = async (file: "small" | "secured") =>
      theOne(await rendered(file, { portal: { enabled: true } }), "Service", "-portal").spec
        .selector;
    expect(await component("small")).toMatchObject({ "app.kubernetes.io/component": "all" });
    expect(await component("secured")).toMatchObject({ "app.kubernetes.io/component": "admin" });
  });

  it("is reached through the Ingress by https, with nothing of what is for the cluster alone", async () => {
    const { spec } = theOne(await rendered("secured"), "Ingress", "-portal");
    expect(spec.tls).toEqual([{ hosts: [host], secretName: "webhooks-example-com" }]);
    const [{ host: named, http }] = spec.rules;
    expect(named).toBe(host);
    const reached = (asked: string) =>
      http.paths.some(({ path, pathType }) =>
        pathType === "Exact" ? path === asked : asked === path || asked.startsWith(`${path}/`),
      );
    const open = ["/", "/api/v1/me", "/en-GB/webhooks", "/fr-FR/webhooks/1/edit"];
    expect(open.filter((path) => !reached(path))).toEqual([]);
    expect(["/metrics", "/healthz", "/readyz", "/debug"].filter(reached)).toEqual([]);
  });

  it("knows the address that people reach it by, so that cookies are for https alone", async () => {
    expect(settingsIn(await rendered("secured"))).toContain(`publicUrl: https://${host}`);
    const open = await rendered("small", behind({ tls: { enabled: false } }));
    expect(settingsIn(open)).toContain(`publicUrl: http://${host}`);
    const elsewhere = await rendered("small", behind({ tls: { enabled: false, elsewhere: true } }));
    expect(settingsIn(elsewhere)).toContain(`publicUrl: https://${host}`);
  });
});

describe("the history", () => {
  const admin = async (values: object): Promise<Manifest> =>
    theOne(await rendered("secured", values), "Deployment", "-admin");
  const fileOf = ({ spec }: Manifest) =>
    spec.template.spec.containers[0].env.find(({ name }) => name === "ONHOOK_HISTORY_FILE")?.value;
  const volumeOf = ({ spec }: Manifest) =>
    spec.template.spec.volumes.find(({ name }) => name === "history");

  it("is on a volume of the pod's own, of a limited size, and nowhere but with the admin role", async () => {
    const deployment = await admin({ history: { sizeLimit: "8Gi" } });
    expect(volumeOf(deployment)).toEqual({ name: "history", emptyDir: { sizeLimit: "8Gi" } });
    expect(fileOf(deployment)).toBe("/data/history.sqlite");
    const match = theOne(await rendered("secured"), "Deployment", "-match");
    expect([volumeOf(match), fileOf(match)]).toEqual([undefined, undefined]);
  });

  it("is on a claim where there is one, which no two processes have at once", async () => {
    const deployment = await admin({ history: { existingClaim: "past" } });
    expect(volumeOf(deployment)).toEqual({
      name: "history",
      persistentVolumeClaim: { claimName: "past" },
    });
    expect(deployment.spec.strategy).toEqual({ type: "Recreate" });
  });

  it("is where the settings say, where they say it", async () => {
    const deployment = await admin({ config: { history: { file: "/data/history.sqlite" } } });
    expect([volumeOf(deployment), fileOf(deployment)]).toEqual([undefined, undefined]);
  });
});

/** Values of the portal and the history that could not work, and what the message has to name. */
const unworkable: readonly (readonly [string, object, readonly string[]])[] = [
  [
    "a portal of several processes without a common key",
    { portal: { enabled: true }, roles: { all: { replicas: 2 } } },
    ["portal.enabled", "roles.all has 2 processes", "ONHOOK_ADMIN_SESSION_KEY"],
  ],
  [
    "a portal without the role that serves it",
    {
      portal: { enabled: true },
      roles: { all: { enabled: false }, match: { enabled: true } },
    },
    ["portal.enabled", "roles.admin.enabled"],
  ],
  [
    "an Ingress without the Service",
    { portal: { ingress: { enabled: true, host } } },
    ["portal.ingress.enabled", "portal.enabled"],
  ],
  ["an Ingress without a name", behind({ host: "" }), ["portal.ingress.host is empty"]],
  [
    "another public address than the Ingress'",
    { ...behind(), config: { admin: { publicUrl: "https://other.example.com" } } },
    ["config.admin.publicUrl is https://other.example.com", `https://${host}`],
  ],
  [
    "a public address that is not the Ingress' https",
    { ...behind(), config: { admin: { publicUrl: `http://${host}` } } },
    ["config.admin.publicUrl is http://", `https://${host}`],
  ],
  [
    "one claim for several processes",
    { history: { existingClaim: "past" }, roles: { all: { replicas: 2 } } },
    ["history.existingClaim", "roles.all has 2"],
  ],
  [
    "a volume that the history outgrows",
    { config: { history: { maxMegabytes: 8192 } } },
    ["history.sizeLimit is 6Gi", "config.history.maxMegabytes of 8192", "10240Mi"],
  ],
  [
    "less memory than the recent calls may take",
    { config: { history: { recentCallsMegabytes: 1024 } } },
    ["roles.all.resources.limits.memory is 1Gi", "config.history.recentCallsMegabytes", "1472Mi"],
  ],
];

it.each(unworkable)("%s is refused, by a message that names it", async (_, values, named) => {
  const { ok, err } = await template("small", values);
  expect(ok).toBe(false);
  for (const part of named) expect(err).toContain(part);
});

it("several processes with a common key are taken, and recent calls need no memory where none are kept", async () => {
  const several = { portal: { enabled: true }, roles: { all: { replicas: 2 } } };
  const key = { secrets: { values: { ONHOOK_ADMIN_SESSION_KEY: "k".repeat(32) } } };
  const none = { history: { recentCallsMegabytes: 4096, recentCallsPerTenant: 0 } };
  for (const values of [{ ...several, ...key }, { config: none }]) {
    const { ok, err } = await template("small", values);
    expect({ ok, err: ok ? "" : err }).toEqual({ ok: true, err: "" });
  }
});

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { renderedWith } from "../support/chart/edited-chart.ts";
import { ofKind, rendered, theOne } from "../support/chart/render-chart.ts";
import { repository } from "../support/e2e-program.ts";
import { readRepository } from "../support/markdown.ts";

describe("what Prometheus and Grafana get", () => {
  interface Alert {
    readonly alert?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }
  interface Groups {
    readonly groups: readonly { readonly name: string; readonly rules: readonly Alert[] }[];
  }
  const originals = ["onhook-rules.yaml", "onhook-alerts.yaml"].flatMap(
    (file) => (parse(readRepository(`config/prometheus/${file}`)) as Groups).groups,
  );
  const groupsOf = async (prometheusRule: object): Promise<Groups["groups"]> => {
    const manifests = await rendered("large", { prometheusRule });
    return theOne(manifests, "PrometheusRule").spec.groups as Groups["groups"];
  };

  it("are the rules and alerts of config/prometheus", async () => {
    expect(await groupsOf({ alertLabels: null })).toEqual(originals);
  });

  it("are alerts with your labels and your runbooks, without those that you leave out", async () => {
    const alerts = originals
      .flatMap(({ rules }) => rules)
      .filter(({ alert }) => alert !== undefined);
    const [first] = alerts;
    const runbookPrefix = "https://git.example.com/onhook/";
    const disabled = [first?.alert ?? ""];
    const groups = await groupsOf({ runbookPrefix, disabled });
    const left = groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert !== undefined);
    expect(left.map(({ alert }) => alert)).toEqual(
      alerts.map(({ alert }) => alert).filter((alert) => alert !== first?.alert),
    );
    for (const { labels, annotations } of left) {
      expect(labels["team"]).toBe("telephony");
      expect(annotations["runbook_url"]).toMatch(
        /^https:\/\/git\.example\.com\/onhook\/docs\/runbooks\//,
      );
    }
  });

  it("are the dashboards of config/grafana, byte for byte", async () => {
    const manifests = await rendered("large");
    const files = readdirSync(join(repository, "config/grafana")).filter((file) =>
      file.endsWith(".json"),
    );
    const dashboards = Object.assign(
      {},
      ...ofKind(manifests, "ConfigMap")
        .filter(({ metadata }) => metadata.name.includes("-dashboard-"))
        .map(({ data }) => data),
    ) as Record<string, string>;
    expect(Object.keys(dashboards).toSorted()).toEqual(files.toSorted());
    for (const file of files)
      expect(dashboards[file]).toBe(readRepository(`config/grafana/${file}`));
  });

  it.each(["PodMonitor", "ServiceMonitor"])(
    "by a %s is a job by which the alerts know the service, whatever the names",
    async (kind) => {
      const manifests = await rendered("small", { nameOverride: "hooks", monitor: { kind } });
      const { jobLabel } = theOne(manifests, kind).spec;
      const watched = kind === "PodMonitor" ? "Deployment" : "Service";
      const { metadata, spec } = theOne(manifests, watched);
      const { labels } = kind === "PodMonitor" ? spec.template.metadata : metadata;
      expect(labels?.[jobLabel]).toBe("onhook");
    },
  );

  it("are rules of one release only, as its notes say where it has them", async () => {
    const notes = async (enabled: boolean): Promise<string> => {
      const shown = `apiVersion: v1
kind: ConfigMap
metadata:
  name: notes
data:
  notes: {{ include (print .Template.BasePath "/NOTES.txt") . | quote }}
`;
      const values = { prometheusRule: { enabled } };
      const manifests = await renderedWith("templates/shown.yaml", () => shown, values);
      return theOne(manifests, "ConfigMap", "notes").data?.["notes"] ?? "";
    };
    expect(await notes(true)).toMatch(/rules look at every Onhook .* one release only/s);
    expect(await notes(false)).toContain("Watch it come up");
    expect(await notes(false)).not.toContain("one release only");
  });
});

import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { stringify } from "yaml";
import { chart, manifestsIn, said } from "./render-chart.ts";
import type { Manifest } from "./render-chart.ts";
import { kubernetesVersions } from "./tools.ts";

/** The objects that Helm makes, with the small values and `values` over them, of a copy of the chart in which a file differs or is added. */
export async function renderedWith(
  file: string,
  edit: (text: string) => string,
  values: object,
): Promise<readonly Manifest[]> {
  const folder = await mkdtemp(join(tmpdir(), "chart-"));
  try {
    const copy = join(folder, "onhook");
    await cp(chart, copy, { recursive: true, dereference: true });
    const place = join(copy, file);
    await writeFile(place, edit(await readFile(place, { encoding: "utf8", flag: "a+" })));
    const files = ["--values", `${copy}/ci/small-values.yaml`, "--values", "-"];
    const where = ["--namespace", "calls", "--kube-version", kubernetesVersions[0]];
    const words = ["template", "release", copy, ...where, ...files];
    const { ok, out, err } = await said(inject("chartTools").helm, words, stringify(values));
    if (!ok) throw new Error(err);
    return manifestsIn(out);
  } finally {
    await rm(folder, { recursive: true });
  }
}

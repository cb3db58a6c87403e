import { podValues, roleValues } from "./pod-values.ts";
import { clusterValues } from "./cluster-values.ts";
import { configSchema, secretSettings } from "./config-schema.ts";
import { choice, given, group, labels, objects, pattern, text, texts } from "./value.ts";
import type { ChartGroup } from "./value.ts";

const names = {
  global: given({ type: "object" }, {}, "Values that Helm hands to all charts; none is used here."),
  nameOverride: pattern(
    "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$",
    "",
    "Name in place of the chart's, in names and labels.",
  ),
  fullnameOverride: pattern(
    "^([a-z]([-a-z0-9]*[a-z0-9])?)?$",
    "",
    "Begin of all names, in place of the release's name and the chart's.",
  ),
  commonLabels: labels("Labels of every object, none below app.kubernetes.io/ or helm.sh/."),
  image: group("The container image, made with the project's Dockerfile.", {
    repository: given({ type: "string", minLength: 1 }, "onhook", "Where it is pulled from."),
    tag: text("", "Its tag; empty: the chart's appVersion."),
    digest: pattern(
      "^(sha256:[0-9a-f]{64})?$",
      "",
      "Its digest, which counts in place of the tag: what runs can't change unseen.",
    ),
    pullPolicy: choice(["Always", "IfNotPresent", "Never"], "IfNotPresent", "When it is pulled."),
    command: texts(
      [],
      "Program in place of the image's own; the chart's arguments (`run --roles …`, `topics apply`) follow.",
    ),
  }),
  imagePullSecrets: objects("Secrets to pull the image with: items of `name`."),
};

const settings = {
  config: given(
    configSchema(
      "The service's settings, as in config/onhook.yaml: only what differs from the defaults. kafka.brokers and registry.url have to be given. Secret settings are not taken here: see `secrets`. Nor is `roles`: each Deployment has its own.",
    ),
    {},
    "The service's settings, as in config/onhook.yaml: only what differs from the defaults. kafka.brokers and registry.url have to be given. Secret settings are not taken here: see `secrets`. Nor is `roles`: each Deployment has its own.",
  ),
  secrets: group("Settings that are secret. They reach the service as environment variables.", {
    existingSecret: text(
      "",
      "Name of a Secret that is there already. Its keys are the names of the variables, as in `secrets.values`; those it does not have are not set.",
    ),
    values: given(
      {
        type: "object",
        additionalProperties: false,
        properties: Object.fromEntries(
          secretSettings.map(({ env, path, doc }) => [
            env,
            { type: "string", minLength: 1, description: `${path}: ${doc}` },
          ]),
        ),
      },
      {},
      `For a first try: the values themselves, of which the chart makes a Secret. They stay in the release's history. Keys: ${secretSettings.map(({ env }) => env).join(", ")}. Not with \`secrets.existingSecret\`.`,
    ),
    keysFile: group(
      "The file of `secrets.keysFile`: keys that the triggers' secrets are encrypted with.",
      {
        secretName: text("", "Secret that has it; empty: none."),
        key: given({ type: "string", minLength: 1 }, "keys", "Its key in that Secret."),
      },
    ),
  }),
  tls: group("Certificates. What is named here is mounted, and the settings name the files.", {
    kafka: group("For the brokers; it switches on TLS (kafka.ssl.enabled).", {
      secretName: text("", "Secret with the files; empty: none."),
      caKey: text("ca.crt", "Key of the authorities' certificates; empty: those that Node trusts."),
      certKey: text("", "Key of the client's certificate; empty: none."),
      keyKey: text("", "Key of the client certificate's key; empty: none."),
    }),
    registry: group("For the schema registry.", {
      secretName: text("", "Secret with the file; empty: none."),
      caKey: given(
        { type: "string", minLength: 1 },
        "ca.crt",
        "Key of the authorities' certificates.",
      ),
    }),
    receivers: group("For receivers whose certificates come from an authority of your own.", {
      configMapName: text("", "ConfigMap with the file; empty: none."),
      caKey: given(
        { type: "string", minLength: 1 },
        "ca.crt",
        "Key of the authorities' certificates.",
      ),
    }),
  }),
};

/** Every value of the chart, in the order of values.yaml. */
export const chartValues: ChartGroup = group("Values of the Onhook chart.", {
  ...names,
  ...settings,
  ...roleValues,
  ...podValues,
  ...clusterValues,
});

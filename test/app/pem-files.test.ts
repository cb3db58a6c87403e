import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { certificateExpiries } from "../../src/app/pem-files.ts";
import { loadConfig } from "../../src/config.ts";
import type { Role } from "../../src/config.ts";
import { OnhookError } from "../../src/errors.ts";
import { createCertificate } from "../support/x509-certificate.ts";

const folder = mkdtempSync(join(tmpdir(), "onhook-pem-"));
afterAll(() => rmSync(folder, { recursive: true }));

const day = (number: number): Date => new Date(Date.UTC(2030, 0, number));
const certificate = (expires: Date) => createCertificate({ commonName: "kafka", expires });

function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** What is found of files that settings name, in a process with these roles. */
function expiries(env: Readonly<Record<string, string>>, roles: readonly Role[] = ["deliver"]) {
  return certificateExpiries(loadConfig({ env }), roles);
}

describe("the expiry of certificates", () => {
  it("is that of the first in a file, whatever stands around it", () => {
    const pems = [5, 2, 9].map((number) => certificate(day(number)).cert);
    const file = fileOf("several.pem", `An authority\n${pems.join("\nAnother one\n")}`);
    const setting = "delivery.caFile";
    const found = [{ setting, expiresAt: day(2).getTime() }];
    expect(expiries({ ONHOOK_DELIVERY_CA_FILE: file })).toEqual(found);
  });

  it("is told for each setting that names a file which the process reads, and no other", () => {
    const own = certificate(day(1));
    const [cert, key] = [fileOf("own.pem", own.cert), fileOf("own.key", own.key)];
    const [ca, registry, receivers, collector] = [2, 3, 4, 6].map((number) =>
      fileOf(`ca${number}.pem`, certificate(day(number)).cert),
    ) as [string, string, string, string];
    const env = {
      ONHOOK_KAFKA_SSL_ENABLED: "true",
      ONHOOK_KAFKA_SSL_CA_FILE: ca,
      ONHOOK_KAFKA_SSL_CERT_FILE: cert,
      ONHOOK_KAFKA_SSL_KEY_FILE: key,
      ONHOOK_REGISTRY_CA_FILE: registry,
      ONHOOK_DELIVERY_CA_FILE: receivers,
      ONHOOK_TRACING_OTLP_ENDPOINT: "https://collector.example.com",
      ONHOOK_TRACING_CA_FILE: collector,
    };
    const told = (roles: readonly Role[]) =>
      expiries(env, roles).map(({ setting, expiresAt }) => [
        setting,
        new Date(expiresAt).getUTCDate(),
      ]);
    const everywhere = [
      ["kafka.ssl.caFile", 2],
      ["kafka.ssl.certFile", 1],
      ["registry.caFile", 3],
    ];
    const last = ["tracing.caFile", 6];
    expect(told(["match", "admin"])).toEqual([...everywhere, last]);
    expect(told(["deliver"])).toEqual([...everywhere, ["delivery.caFile", 4], last]);
    expect(expiries({})).toEqual([]);
  });

  it.each([
    [
      "one behind the first that can't be read",
      () =>
        `${certificate(day(1)).cert}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
    ],
    ["a file with none", () => "no certificate\n"],
  ])("is asked in vain of %s: the error names setting and file", (_, text) => {
    const file = fileOf("broken.pem", text());
    let thrown: unknown;
    try {
      expiries({ ONHOOK_REGISTRY_CA_FILE: file });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(OnhookError);
    expect(thrown).toMatchObject({
      code: "PEM_UNUSABLE",
      details: { setting: "registry.caFile", file },
    });
  });
});

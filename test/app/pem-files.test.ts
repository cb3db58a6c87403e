import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { certificateExpiries, certificatesOf } from "../../src/app/pem-files.ts";
import { loadConfig } from "../../src/config.ts";
import type { Role } from "../../src/config.ts";
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

  it("is that of those that can be read: TLS passes over the others, and a metric keeps nobody from starting", () => {
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    const pems = [certificate(day(3)).cert, broken, certificate(day(2)).cert];
    const file = fileOf("one-broken.pem", pems.join("\n"));
    const setting = "registry.caFile";
    expect(expiries({ ONHOOK_REGISTRY_CA_FILE: file })).toEqual([
      { setting, expiresAt: day(2).getTime() },
    ]);
  });

  it("is told of no file in which none can be read: whoever connects by it says so", () => {
    const file = fileOf("none.pem", "no certificate\n");
    for (const path of [file, join(folder, "missing.pem")]) {
      expect(expiries({ ONHOOK_REGISTRY_CA_FILE: path })).toEqual([]);
      expect(() => certificatesOf("registry.caFile", path)).toThrow(
        expect.objectContaining({
          code: "PEM_UNUSABLE",
          details: expect.objectContaining({ setting: "registry.caFile", file: path }) as object,
        }),
      );
    }
  });
});

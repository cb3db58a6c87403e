import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import type { Config, Role } from "../config.ts";
import { OnhookError } from "../errors.ts";
import type { KafkaClientOptions } from "../kafka/client.ts";

/** A PEM file, and the setting that names it. */
interface Named {
  readonly setting: string;
  readonly file: string;
}

/** OpenSSL's words, without the numbers around them. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "reason" in error && typeof error.reason === "string" ? error.reason : error.message;
}

/** Throws PEM_UNUSABLE when `work` throws. */
function using<T>(named: Named, problem: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const details = { ...named, problem: `${problem} (${wordsOf(cause)})` };
    throw new OnhookError("PEM_UNUSABLE", details, { cause });
  }
}

function textOf(named: Named): string {
  return using(named, "it can not be read", () => readFileSync(named.file, "utf8"));
}

/**
 * The text of the certificates' file that a setting names; undefined where it names none. Throws PEM_UNUSABLE, with the
 * setting and the file, also when it begins with no certificate: Node itself would pass over that, and trust nobody.
 */
export function certificatesOf(setting: string, file: string | null): string | undefined {
  if (file === null) return undefined;
  const text = textOf({ setting, file });
  using({ setting, file }, "no certificate can be read in it", () => new X509Certificate(text));
  return text;
}

/** Finds out at start, not at each connection, whether there is a key, and whether it is the certificate's. */
function keyOf(file: string | null, cert: string | undefined): string | undefined {
  if (file === null) return undefined;
  const named = { setting: "kafka.ssl.keyFile", file };
  const key = textOf(named);
  const problem = "it does not hold the key of the certificate in kafka.ssl.certFile";
  using(named, problem, () => createSecureContext({ cert, key }));
  return key;
}

/** What kafka.ssl says, its files read; undefined where it is off. Throws PEM_UNUSABLE. */
export function brokerTls({ ssl }: Config["kafka"]): KafkaClientOptions["ssl"] {
  if (!ssl.enabled) return undefined;
  const ca = certificatesOf("kafka.ssl.caFile", ssl.caFile);
  const cert = certificatesOf("kafka.ssl.certFile", ssl.certFile);
  const key = keyOf(ssl.keyFile, cert);
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(ssl.servername !== null && { servername: ssl.servername }),
  };
}

const certificate =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----.*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/gs;

/** When a certificate expires, ms since the epoch; null for one that can't be read. */
function expiryOf(pem: string): number | null {
  try {
    return new X509Certificate(pem).validToDate.getTime();
  } catch {
    // TLS takes the file all the same: a metric must not be what the service fails for.
    return null;
  }
}

/** When the first to expire of the certificates in a file does, ms since the epoch; null where none can be read. */
function firstExpiry(file: string): number | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // Whoever needs the file says so.
    return null;
  }
  const ends = (text.match(certificate) ?? []).flatMap((pem) => expiryOf(pem) ?? []);
  return ends.length === 0 ? null : Math.min(...ends);
}

/** The certificates' files that a process with these roles reads, by the settings that name them. */
function certificateFiles(
  { kafka, registry, delivery, tracing }: Config,
  roles: readonly Role[],
): Named[] {
  const { ssl } = kafka;
  const files: readonly (readonly [string, string | null])[] = [
    ["kafka.ssl.caFile", ssl.enabled ? ssl.caFile : null],
    ["kafka.ssl.certFile", ssl.enabled ? ssl.certFile : null],
    ["registry.caFile", registry.caFile],
    ["delivery.caFile", roles.includes("deliver") ? delivery.caFile : null],
    ["tracing.caFile", tracing.caFile],
  ];
  return files.flatMap(([setting, file]) => (file === null ? [] : [{ setting, file }]));
}

/**
 * When the certificates that the settings name expire: the earliest of each file. They are read once, at start, so that a
 * file that is renewed counts from the next start on. Files in which none can be read are left out: whoever connects by
 * one finds that out, and says so.
 */
export function certificateExpiries(
  config: Config,
  roles: readonly Role[],
): readonly { readonly setting: string; readonly expiresAt: number }[] {
  return certificateFiles(config, roles).flatMap(({ setting, file }) => {
    const expiresAt = firstExpiry(file);
    return expiresAt === null ? [] : [{ setting, expiresAt }];
  });
}

import { X509Certificate } from "node:crypto";
import { createSecureContext, getCACertificates } from "node:tls";
import type { SecureContext } from "node:tls";
import { OnhookError } from "../errors.ts";

const certificate = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

function readable(pem: string, index: number): string {
  try {
    return new X509Certificate(pem).toString();
  } catch (cause) {
    const problem = `its certificate number ${index + 1} can not be read`;
    throw new OnhookError("CA_BUNDLE_INVALID", { problem }, { cause });
  }
}

function certificatesOf(bundle: string): readonly string[] {
  const certificates = bundle.match(certificate) ?? [];
  if (certificates.length === 0) {
    throw new OnhookError("CA_BUNDLE_INVALID", { problem: "it holds no PEM certificate" });
  }
  return certificates.map(readable);
}

/**
 * Whom connections trust: whom Node trusts, and who is in `caBundle` (PEM). To be made once: reading all of the trusted
 * certificates takes milliseconds.
 * Throws CA_BUNDLE_INVALID when there is nothing to be read in the bundle; Node itself would pass over it in silence.
 */
export function trustedBy(caBundle: string | undefined): SecureContext {
  if (caBundle === undefined) return createSecureContext();
  return createSecureContext({
    ca: [...getCACertificates("default"), ...certificatesOf(caBundle)],
  });
}

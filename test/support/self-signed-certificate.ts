import { createCertificate } from "./x509-certificate.ts";
import type { Certificate } from "./x509-certificate.ts";

/** A certificate for `host` (and for no address) that nobody vouches for. */
export function selfSignedCertificate(host: string): Certificate {
  return createCertificate({ commonName: host, hosts: [host] });
}

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCertificate } from "./x509-certificate.ts";
import type { Certificate } from "./x509-certificate.ts";

/** Paths of PEM files. */
export interface PemFiles {
  /** Of the authority that issued all the certificates here. */
  readonly ca: string;
  readonly clientCert: string;
  readonly clientKey: string;
  /** Of another authority of the same name, which issued none of them, and a client's certificate of its own. */
  readonly otherCa: string;
  readonly otherCert: string;
  readonly otherKey: string;
}

/** A private authority, and what it issued. Disposing it removes the files. */
export interface Certificates extends AsyncDisposable {
  readonly authority: Certificate;
  /** For servers on 127.0.0.1. */
  readonly server: Certificate;
  /** The same by the other authority. */
  readonly otherServer: Certificate;
  readonly files: PemFiles;
}

/** `client` is the common name in the client's certificates. */
export async function issueCertificates(client: string): Promise<Certificates> {
  const authorityOf = { commonName: "CA of the test", authority: true };
  const server = { commonName: "server", addresses: ["127.0.0.1"] };
  const authority = createCertificate(authorityOf);
  const otherAuthority = createCertificate(authorityOf);
  const mine = createCertificate({ commonName: client }, authority);
  const others = createCertificate({ commonName: client }, otherAuthority);
  const folder = await mkdtemp(join(tmpdir(), "secured-test-"));
  const pem = async (name: string, text: string): Promise<string> => {
    const file = join(folder, `${name}.pem`);
    await writeFile(file, text);
    return file;
  };
  return {
    authority,
    server: createCertificate(server, authority),
    otherServer: createCertificate(server, otherAuthority),
    files: {
      ca: await pem("ca", authority.cert),
      clientCert: await pem("client-cert", mine.cert),
      clientKey: await pem("client-key", mine.key),
      otherCa: await pem("other-ca", otherAuthority.cert),
      otherCert: await pem("other-cert", others.cert),
      otherKey: await pem("other-key", others.key),
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

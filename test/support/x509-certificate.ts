import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** One DER element: its tag, its length, its content. Source: X.690. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const length = [body.length];
  if (body.length > 255) length.splice(0, 1, 0x82, body.length >> 8, body.length & 255);
  else if (body.length > 127) length.unshift(0x81);
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...content: readonly Uint8Array[]): Buffer => der(0x30, ...content);
const hex = (text: string): Buffer => Buffer.from(text, "hex");

const ecdsaWithSha256 = sequence(hex("06082a8648ce3d040302"));
const commonNameId = hex("0603550403");
const subjectAltNameId = hex("0603551d11");
const basicConstraintsId = hex("0603551d13");
const yes = hex("0101ff");

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(commonNameId, der(0x0c, Buffer.from(commonName)))));
}

function validity(from: Date, to: Date): Buffer {
  // GeneralizedTime: YYYYMMDDHHMMSSZ
  const text = (date: Date): string =>
    `${date.toISOString().replaceAll(/[-:T]/g, "").slice(0, 14)}Z`;
  return sequence(...[from, to].map((date) => der(0x18, Buffer.from(text(date)))));
}

function extensions({ hosts = [], addresses = [], authority = false }: CertificateIdea): Buffer[] {
  const names = [
    ...hosts.map((host) => der(0x82, Buffer.from(host))),
    ...addresses.map((address) => der(0x87, Buffer.from(address.split(".").map(Number)))),
  ];
  const constraints = sequence(basicConstraintsId, yes, der(0x04, sequence(yes)));
  const altNames = sequence(subjectAltNameId, der(0x04, sequence(...names)));
  const all = [...(authority ? [constraints] : []), ...(names.length > 0 ? [altNames] : [])];
  return all.length > 0 ? [der(0xa3, sequence(...all))] : [];
}

export interface CertificateIdea {
  readonly commonName: string;
  /** What it is good for: names of hosts, IPv4 addresses. */
  readonly hosts?: readonly string[];
  readonly addresses?: readonly string[];
  /** Whether it may issue others. */
  readonly authority?: boolean;
  /** A day from now when left out. */
  readonly expires?: Date;
}

export interface Certificate {
  readonly commonName: string;
  /** PEM, both. */
  readonly cert: string;
  readonly key: string;
  readonly privateKey: KeyObject;
}

/** A certificate, issued by `issuer`, else by itself. Made here: no program is needed. */
export function createCertificate(idea: CertificateIdea, issuer?: Certificate): Certificate {
  const { commonName } = idea;
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const day = 86_400_000;
  const toSign = sequence(
    der(0xa0, hex("020102")),
    der(0x02, Buffer.concat([hex("01"), randomBytes(8)])),
    ecdsaWithSha256,
    nameOf(issuer?.commonName ?? commonName),
    validity(new Date(Date.now() - day), idea.expires ?? new Date(Date.now() + day)),
    nameOf(commonName),
    publicKey.export({ type: "spki", format: "der" }),
    ...extensions(idea),
  );
  const signed = sign("sha256", toSign, issuer?.privateKey ?? privateKey);
  const signature = Buffer.concat([hex("00"), signed]);
  const certificate = sequence(toSign, ecdsaWithSha256, der(0x03, signature));
  const lines = certificate.toString("base64").replaceAll(/.{64}/g, "$&\n");
  return {
    commonName,
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    privateKey,
  };
}

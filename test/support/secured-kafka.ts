import { startStack } from "../../src/sandbox/stack.ts";
import type { KafkaExtras, Stack } from "../../src/sandbox/stack.ts";
import { cacheDir } from "./own-sandbox.ts";
import { setScramPassword } from "./scram-credentials.ts";
import type { ScramMechanism } from "./scram-credentials.ts";
import { issueCertificates } from "./secured-certificates.ts";
import type { Certificates } from "./secured-certificates.ts";

export type Mechanism = "plain" | ScramMechanism;

/** One user, whose password is another one for each mechanism: none can pass for another. */
export const user = "onhook";
export const passwords: Readonly<Record<Mechanism, string>> = {
  plain: 'plain "pass\\word"; ä€',
  "scram-sha-256": "scram=256, pass/word+ä",
  "scram-sha-512": "scram=512, pass/word+ß",
};

/** Is not there before a test makes it, and may do all that the other one may. */
export const lateUser = "late";

/** May log in by `plain`, and do nothing. */
export const stranger = { username: "stranger", password: "a stranger's password" };

/** A real broker with listeners that ask who is there, besides the plain one that the tests' own clients use. */
export interface SecuredKafka extends AsyncDisposable {
  readonly stack: Stack;
  /** host:port that asks for TLS and a login. */
  readonly withLogin: string;
  /** host:port that asks for TLS and a certificate of the client, and for no login. */
  readonly withCertificate: string;
  readonly certificates: Certificates;
}

/** Quoted for a JAAS configuration. */
const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, "\\$&")}"`;

function loginProperties(): Record<string, string> {
  const plainUsers = [{ username: user, password: passwords.plain }, stranger].map(
    ({ username, password }) => `user_${username}=${quoted(password)}`,
  );
  const modules = "org.apache.kafka.common.security";
  const scram = `${modules}.scram.ScramLoginModule required;`;
  const listener = "listener.name.login";
  return {
    [`${listener}.sasl.enabled.mechanisms`]: "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    [`${listener}.plain.sasl.jaas.config`]: `${modules}.plain.PlainLoginModule required ${plainUsers.join(" ")};`,
    [`${listener}.scram-sha-256.sasl.jaas.config`]: scram,
    [`${listener}.scram-sha-512.sasl.jaas.config`]: scram,
    // So short that clients have to log in anew, on open connections, every second.
    "connections.max.reauth.ms": "11000",
  };
}

function extrasFor({ authority, server }: Certificates): KafkaExtras {
  const mayAll = ["ANONYMOUS", user, lateUser, `CN=${user}`];
  return {
    listeners: [
      { name: "LOGIN", protocol: "SASL_SSL" },
      { name: "MUTUAL", protocol: "SSL" },
    ],
    properties: {
      "ssl.keystore.type": "PEM",
      "ssl.keystore.certificate.chain": server.cert,
      "ssl.keystore.key": server.key,
      "ssl.truststore.type": "PEM",
      "ssl.truststore.certificates": authority.cert,
      "listener.name.mutual.ssl.client.auth": "required",
      ...loginProperties(),
      "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
      "super.users": mayAll.map((each) => `User:${each}`).join(";"),
    },
  };
}

/** Makes the user of SCRAM, or changes its password. */
export async function addScramUser(
  { stack }: Pick<SecuredKafka, "stack">,
  username: string,
  mechanism: ScramMechanism,
  password: string,
): Promise<void> {
  const [open = ""] = stack.brokers;
  await setScramPassword(open, { user: username, mechanism, password });
}

export async function startSecuredKafka(): Promise<SecuredKafka> {
  await using starting = new AsyncDisposableStack();
  const certificates = starting.use(await issueCertificates(user));
  const stack = starting.use(
    await startStack({
      cacheDir,
      env: process.env,
      onProgress: (line) => console.log(line),
      kafka: extrasFor(certificates),
    }),
  );
  for (const mechanism of ["scram-sha-256", "scram-sha-512"] as const)
    await addScramUser({ stack }, user, mechanism, passwords[mechanism]);
  const running = starting.move();
  return {
    stack,
    withLogin: String(stack.listeners["LOGIN"]),
    withCertificate: String(stack.listeners["MUTUAL"]),
    certificates,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

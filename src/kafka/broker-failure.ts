import { OnhookError } from "../errors.ts";

/** Properties that kafkajs, Node and OpenSSL put on errors. */
interface Failure extends Error {
  readonly code?: unknown;
  readonly type?: unknown;
  readonly errors?: unknown;
}

function causesOf(error: unknown): Failure[] {
  const causes: Failure[] = [];
  for (let each = error; each instanceof Error && !causes.includes(each); each = each.cause)
    causes.push(each);
  return causes;
}

const refusedLogins: Readonly<Record<string, string>> = {
  ILLEGAL_SASL_STATE: "they expect none on this port",
  UNSUPPORTED_SASL_MECHANISM: "they do not offer this mechanism",
};

function loginProblem({ name, type, message }: Failure): string | undefined {
  return name === "KafkaJSSASLAuthenticationError" ? message : refusedLogins[String(type)];
}

/** OpenSSL's verdicts on a certificate, as Node names them. */
const verdict =
  /^(CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|ERROR_IN_C)/;

/** A broker of TLS 1.2 that misses a certificate says just that the handshake failed. */
const certificateAlert = /_ALERT_(.*CERTIFICATE.*|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)$/;

function tlsProblem({ code, message }: Failure): { problem: string; settings: string } | undefined {
  if (typeof code !== "string") return undefined;
  // kafkajs puts words in front; Node adds a hint behind that is none for a service with a CA file of its own.
  const [said = ""] = message.replace(/^Connection error: /, "").split(";");
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return { problem: said, settings: "kafka.brokers and kafka.ssl.servername" };
  if (verdict.test(code)) {
    const problem = `the broker's certificate is not trusted: ${said}`;
    return { problem, settings: "kafka.ssl.caFile" };
  }
  const alert = certificateAlert.exec(code)?.[1];
  if (alert !== undefined) {
    const words = alert.toLowerCase().replaceAll("_", " ");
    const problem = `the broker refuses the client's certificate or misses one (${words})`;
    return { problem, settings: "kafka.ssl.certFile and kafka.ssl.keyFile" };
  }
  if (!/^(ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code)) return undefined;
  return { problem: code, settings: "kafka.ssl.enabled and the other settings of kafka.ssl" };
}

/**
 * A failure of kafkajs, in words that name the settings where it is about those: KAFKA_AUTH, KAFKA_TLS or KAFKA_FRAME. Trying again
 * can help, since the user may still be made and the certificate renewed. Any other failure is given back as it is.
 */
export function explained(error: unknown): unknown {
  for (const cause of causesOf(error)) {
    const refusal = loginProblem(cause);
    if (refusal !== undefined)
      return new OnhookError("KAFKA_AUTH", { problem: refusal }, { cause: error });
    const tls = tlsProblem(cause);
    if (tls !== undefined) return new OnhookError("KAFKA_TLS", tls, { cause: error });
    // kafkajs keeps the code of what happens to a connection, and nothing else of it.
    if (cause.code === "KAFKA_FRAME") return new OnhookError("KAFKA_FRAME", {}, { cause: error });
  }
  return error;
}

/** What brokers answered no to, of one request or of the parts of one. */
function refusals(causes: readonly Failure[]): string[] {
  const all = causes.flatMap(({ errors }) => (Array.isArray(errors) ? (errors as Failure[]) : []));
  const refused = [...causes, ...all].filter(({ type }) => typeof type === "string");
  return [...new Set(refused.map(({ type, message }) => `${message} (${String(type)})`))];
}

function wasClosed({ name, code }: Failure): boolean {
  return name === "KafkaJSConnectionClosedError" || code === "ECONNRESET";
}

/**
 * A failure of kafkajs as a person is told who waits for one errand to be done: besides what `explained` says, also
 * KAFKA_CLOSED, KAFKA_REFUSED and, where none of them is it, KAFKA_UNREACHABLE. What is none of kafkajs's failures is
 * given back as it is. `brokers` are those of the settings.
 */
export function errandFailure(error: unknown, brokers: string): unknown {
  const own = explained(error);
  const causes = causesOf(error);
  const [first] = causes;
  if (own instanceof OnhookError || first === undefined || !first.name.startsWith("KafkaJS"))
    return own;
  const problem = refusals(causes).join("; ");
  if (problem !== "") return new OnhookError("KAFKA_REFUSED", { problem }, { cause: error });
  if (causes.some(wasClosed)) return new OnhookError("KAFKA_CLOSED", { brokers }, { cause: error });
  const details = { brokers, problem: first.message };
  return new OnhookError("KAFKA_UNREACHABLE", details, { cause: error });
}

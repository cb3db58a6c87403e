import { pbkdf2Sync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";

/** Kafka's request to create users' SCRAM credentials, by hand: kafkajs does not have it. Source: Kafka's protocol guide. */
const alterUserScramCredentials = 51;

const mechanisms = {
  "scram-sha-256": { code: 1, digest: "sha256", length: 32 },
  "scram-sha-512": { code: 2, digest: "sha512", length: 64 },
} as const;

export type ScramMechanism = keyof typeof mechanisms;

export interface ScramCredential {
  readonly user: string;
  readonly mechanism: ScramMechanism;
  readonly password: string;
}

const iterations = 4096;

function numbers(write: "writeInt8" | "writeInt16BE" | "writeInt32BE", value: number): Buffer {
  const bytes = Buffer.alloc({ writeInt8: 1, writeInt16BE: 2, writeInt32BE: 4 }[write]);
  bytes[write](value);
  return bytes;
}
const int8 = (value: number): Buffer => numbers("writeInt8", value);
const int16 = (value: number): Buffer => numbers("writeInt16BE", value);
const int32 = (value: number): Buffer => numbers("writeInt32BE", value);

/** Lengths of these are one more than they are, in a byte as long as they are short. */
const compact = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([bytes.length + 1]), bytes]);
const noTags = Buffer.from([0]);

function upsertion({ user, mechanism, password }: ScramCredential): Buffer {
  const { code, digest, length } = mechanisms[mechanism];
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, length, digest);
  return Buffer.concat([
    compact(Buffer.from(user)),
    int8(code),
    int32(iterations),
    compact(salt),
    compact(salted),
    noTags,
  ]);
}

/** Sets a password, for logins from now on. `broker` is the host:port of a listener that lets anybody in. */
export async function setScramPassword(broker: string, credential: ScramCredential): Promise<void> {
  const noClientId = int16(-1);
  const head = [int16(alterUserScramCredentials), int16(0), int32(1), noClientId, noTags];
  const noDeletions = Buffer.from([1]);
  const oneUpsertion = Buffer.from([2]);
  const body = [noDeletions, oneUpsertion, upsertion(credential), noTags];
  const request = Buffer.concat([...head, ...body]);
  const [host = "", port] = broker.split(":");
  const socket = connect(Number(port), host);
  await once(socket, "connect");
  socket.write(Buffer.concat([int32(request.length), request]));
  const [answer] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  // Before the error stand size, correlation id, tags, throttle time, number of results, and the user.
  const code = answer.readInt16BE(4 + 4 + 1 + 4 + 1 + 1 + Buffer.byteLength(credential.user));
  if (code !== 0) throw new Error(`the broker refuses a SCRAM credential with error ${code}`);
}

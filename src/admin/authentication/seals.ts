import { hkdfSync, randomBytes } from "node:crypto";
import { EncryptJWT, errors, jwtDecrypt } from "jose";
import type { JWTPayload } from "jose";
import type { Clock } from "../../runtime/clock.ts";

/** What is sealed; each has a key of its own, so that none can pass for another. */
export type Sealed = "session" | "sign-in-link" | "oidc-sign-in";

const encryption = { alg: "dir", enc: "A256GCM" } as const;

/** Texts that only this service can have made and can read, each until its time is over: JWTs, encrypted (RFC 7516). */
export class Seals {
  readonly #keys = new Map<Sealed, Uint8Array>();
  readonly #master: string;
  readonly #clock: Clock;

  /** `master`: the same in all processes that have to read each other's; null: a new one. */
  constructor(master: string | null, clock: Clock) {
    this.#master = master ?? randomBytes(32).toString("base64url");
    this.#clock = clock;
  }

  /** `expiresAt`: ms since the epoch; cut down to whole seconds. */
  async seal(what: Sealed, claims: JWTPayload, expiresAt: number): Promise<string> {
    return await new EncryptJWT(claims)
      .setProtectedHeader(encryption)
      .setExpirationTime(Math.floor(expiresAt / 1000))
      .encrypt(this.#keyOf(what));
  }

  /** What was sealed; null where it was not, or its time is over. */
  async open(what: Sealed, text: string): Promise<JWTPayload | null> {
    try {
      const { payload } = await jwtDecrypt(text, this.#keyOf(what), {
        keyManagementAlgorithms: [encryption.alg],
        contentEncryptionAlgorithms: [encryption.enc],
        requiredClaims: ["exp"],
        currentDate: new Date(this.#clock.now()),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }

  #keyOf(what: Sealed): Uint8Array {
    let key = this.#keys.get(what);
    if (key === undefined) {
      key = new Uint8Array(hkdfSync("sha256", this.#master, "onhook", what, 32));
      this.#keys.set(what, key);
    }
    return key;
  }
}

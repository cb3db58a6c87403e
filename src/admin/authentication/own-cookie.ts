import type { IncomingHttpHeaders } from "node:http";
import { parseCookie, stringifySetCookie } from "cookie";

/** A cookie for this service alone: scripts can't read it, and pages of others can't have it sent with a change. */
export class OwnCookie {
  readonly #name: string;
  readonly #isSecure: boolean;

  /** `isSecure`: people come by https; then a browser takes it from this very host alone, and never sends it in the clear. */
  constructor(name: string, isSecure: boolean) {
    this.#name = isSecure ? `__Host-${name}` : name;
    this.#isSecure = isSecure;
  }

  /** A value of `set-cookie`. */
  set(value: string, maxAgeSeconds: number): string {
    return stringifySetCookie({
      name: this.#name,
      value,
      path: "/",
      httpOnly: true,
      sameSite: "lax",
      secure: this.#isSecure,
      maxAge: Math.floor(maxAgeSeconds),
    });
  }

  clear(): string {
    return this.set("", 0);
  }

  /** Null where the request has none. */
  read({ cookie }: IncomingHttpHeaders): string | null {
    if (cookie === undefined) return null;
    const value = parseCookie(cookie)[this.#name];
    return value === undefined || value === "" ? null : value;
  }
}

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** What its holder has of a token, taken apart. */
export interface TokenText {
  readonly tokenId: string;
  readonly secret: string;
}

/** A token that was just made: the whole of it, which is shown once, and what is kept of it. */
export interface NewTokenText {
  readonly tokenId: string;
  /** `onhk_<tokenId>_<secret>` */
  readonly text: string;
  readonly hash: string;
}

const secretBytes = 32;
const idBytes = 8;
/** 32 bytes are 43 characters of base64url. */
const pattern = /^onhk_([a-z0-9]{1,40})_([\w-]{43})$/;
const hashPattern = /^[0-9a-f]{64}$/;

/** The prefix tells people, and programs that look for leaked secrets, what it is. */
export const tokenPrefix = "onhk_";

function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret, "utf8").digest();
}

export function isTokenId(text: string): boolean {
  return /^[a-z0-9]{1,40}$/.test(text);
}

export function isTokenHash(text: string): boolean {
  return hashPattern.test(text);
}

/** 256 random bits, under an id of 64. With that many a hash that is quick to make is as good as a slow one. */
export function newTokenText(random: (bytes: number) => Buffer = randomBytes): NewTokenText {
  const tokenId = random(idBytes).toString("hex");
  const secret = random(secretBytes).toString("base64url");
  return {
    tokenId,
    text: `${tokenPrefix}${tokenId}_${secret}`,
    hash: hashOf(secret).toString("hex"),
  };
}

/** Null for what is no token by its form. */
export function readTokenText(text: string): TokenText | null {
  const [, tokenId, secret] = pattern.exec(text) ?? [];
  return tokenId === undefined || secret === undefined ? null : { tokenId, secret };
}

/** Compared in the same time whatever is in it; with a token that is unknown (null), as long as with one that is known. */
export function isSecretOf(secret: string, hash: string | null): boolean {
  const given = hashOf(secret);
  const kept = hash !== null && isTokenHash(hash) ? Buffer.from(hash, "hex") : null;
  return timingSafeEqual(given, kept ?? Buffer.alloc(given.length)) && kept !== null;
}

import { hash } from "node:crypto";

/** An id as it is written: the 16 bytes of a GUID, or the text that it is. */
export type PackedId = Uint8Array | string;

const guid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** Most ids are GUIDs in their usual form, which take less than half as bytes. */
export function packId(id: string): PackedId {
  return guid.test(id) ? Buffer.from(id.replaceAll("-", ""), "hex") : id;
}

export function unpackId(packed: PackedId): string {
  if (typeof packed === "string") return packed;
  const hex = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const keyBytes = 6;

/** 48 bits to look an id up by. A hash, because other programs choose ids: those that begin alike must not all be one key. */
export function idKey(id: string): number {
  return hash("md5", id, "buffer").readUIntBE(0, keyBytes);
}

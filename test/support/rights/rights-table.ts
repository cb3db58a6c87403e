import type { OperationId } from "../../../src/admin/contract/operations.ts";

/** What somebody gets: their way, or a refusal. 404: for them there is no such thing. */
export type Outcome = "granted" | 401 | 403 | 404;

/** Whoever asks about a tenant's things. */
export const people = {
  nobody: "who has no credential",
  own: "an administrator of that tenant",
  foreign: "an administrator of another tenant",
  support: "support",
  operator: "an operator",
  narrow: "an operator's token with another scope",
  narrowOwn: "a token of that tenant with another scope",
  linked: "who came by a sign-in link to that tenant",
} as const;
export type Person = keyof typeof people;

const order: readonly Person[] = Object.keys(people) as Person[];

const row = (...outcomes: readonly Outcome[]): Readonly<Record<Person, Outcome>> =>
  Object.fromEntries(order.map((person, index) => [person, outcomes[index]])) as never;

const yes = "granted";

// nobody, own, foreign, support, operator, narrow, narrowOwn, linked

/** Looking at a tenant's things. */
const look = row(401, yes, 404, yes, yes, 403, 403, yes);
/** Changing them, or making requests in its name. */
const change = row(401, yes, 404, 403, yes, 403, 403, yes);
/** A link is for one sitting: it leaves nothing behind that lets somebody in. */
const changeTokens = row(401, yes, 404, 403, yes, 403, 403, 403);
/** A tenant's licence is the platform's business. */
const licence = row(401, 403, 404, 403, yes, 403, 403, 403);
/** What is about no tenant, or about all. */
const lookAtAll = row(401, 403, 403, yes, yes, 403, 403, 403);
const changeForAll = row(401, 403, 403, 403, yes, 403, 403, 403);
const anybodySignedIn = row(401, yes, yes, yes, yes, yes, yes, yes);
const anybody = row(yes, yes, yes, yes, yes, yes, yes, yes);

/**
 * Who may do what, decided by hand: by docs/access.md, and never from the code that is tested. An operation that is new
 * does not compile until it is decided here.
 */
export const rights: Readonly<Record<OperationId, Readonly<Record<Person, Outcome>>>> = {
  listTriggers: look,
  readTrigger: look,
  createTrigger: change,
  replaceTrigger: change,
  patchTrigger: change,
  deleteTrigger: change,
  enableTrigger: change,
  disableTrigger: change,
  rotateSecret: change,
  dropOldSecrets: change,
  checkTrigger: look,
  dryRun: look,
  previewRequest: look,
  testSend: change,

  listFields: look,
  listFieldValues: look,
  listCalls: look,
  readCall: look,

  listDeliveries: look,
  readDelivery: look,
  redeliver: change,
  listEndpoints: look,
  listDeadLetters: lookAtAll,
  startReplay: change,
  listReplays: look,
  readReplay: look,
  stopReplay: change,

  listTenants: lookAtAll,
  readTenant: look,
  writeTenant: licence,
  deleteTenant: licence,
  listChanges: look,
  listAllChanges: lookAtAll,

  readMe: anybodySignedIn,
  readSignInOptions: anybody,
  signIn: anybody,
  signOut: anybody,
  createSignInLink: changeForAll,
  listTokens: lookAtAll,
  createToken: changeForAll,
  revokeToken: changeForAll,
  listTenantTokens: look,
  createTenantToken: changeTokens,
  revokeTenantToken: changeTokens,
};

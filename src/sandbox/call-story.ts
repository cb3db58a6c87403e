import { answeredPhases, missedPhases, unansweredPhases } from "./call-phases.ts";
import type { CallPhases } from "./call-phases.ts";
import { fictionalNumber } from "./fictional-numbers.ts";
import type { SampleContact, SampleGroup, SampleTenant, SampleUser } from "./sample-tenants.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** Somebody outside; `contact` is undefined where no directory knows them. */
export interface KnownOutsider {
  readonly number: string;
  readonly contact: SampleContact | undefined;
}

/** Somebody outside who may withhold their number. */
export type Outsider = KnownOutsider | { readonly number: undefined; readonly contact: undefined };

interface CommonStory {
  readonly sessionId: string;
  readonly phases: CallPhases;
  readonly recordingIds: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

interface Inbound extends CommonStory {
  readonly kind: "inbound";
  readonly outsider: Outsider;
  readonly group: SampleGroup;
  /** The members that the call rang at, in that order. */
  readonly rang: readonly SampleUser[];
}

interface Forwarded extends CommonStory {
  readonly kind: "forwarded";
  readonly outsider: Outsider;
  readonly group: SampleGroup;
}

interface Outbound extends CommonStory {
  readonly kind: "outbound";
  readonly outsider: KnownOutsider;
  readonly user: SampleUser;
  /** The group whose number the called party sees. */
  readonly group: SampleGroup;
}

interface Internal extends CommonStory {
  readonly kind: "internal";
  readonly user: SampleUser;
  readonly callee: SampleUser;
}

/** Who called whom, and what became of it. */
export type CallStory = Inbound | Forwarded | Outbound | Internal;

export type StoryOf<Kind extends CallStory["kind"]> = Extract<CallStory, { kind: Kind }>;

const kinds = [
  { kind: "inbound", weight: 68 },
  { kind: "outbound", weight: 22 },
  { kind: "internal", weight: 8 },
  { kind: "forwarded", weight: 2 },
] as const;

function outsiderOf(random: SeededRandom, tenant: SampleTenant): KnownOutsider {
  if (random.chance(0.3)) {
    const contact = random.pick(tenant.contacts);
    return { number: contact.telephone1, contact };
  }
  return { number: fictionalNumber(random, random.pick(tenant.callersFrom)), contact: undefined };
}

function callerOf(random: SeededRandom, tenant: SampleTenant): Outsider {
  return random.chance(0.03)
    ? { number: undefined, contact: undefined }
    : outsiderOf(random, tenant);
}

/** The members a call rings at until one answers, or until all have been tried in vain. */
function rangMembers(
  random: SeededRandom,
  tenant: SampleTenant,
  group: SampleGroup,
  answered: boolean,
): SampleUser[] {
  const members = tenant.users.filter(({ number }) => group.members.includes(number));
  return answered ? members.slice(0, random.between(1, members.length)) : members;
}

function recordings(random: SeededRandom, phases: CallPhases): string[] {
  return Array.from({ length: phases.hold > 0 ? 2 : 1 }, () => random.uuid());
}

function inbound(random: SeededRandom, tenant: SampleTenant, open: boolean): CallStory {
  const group = random.weighted(tenant.groups, ({ weight }) => weight);
  const answered = random.chance(open ? 0.85 : 0.45);
  const phases = answered ? answeredPhases(random, true) : missedPhases(random);
  const rang = rangMembers(random, tenant, group, answered);
  const outsider = callerOf(random, tenant);
  const sessionId = random.uuid();
  const tagged = answered && random.chance(0.6);
  const tags = tagged ? { [group.tag.name]: random.pick(group.tag.values) } : {};
  const recordingIds = answered && group.recorded ? recordings(random, phases) : [];
  return { kind: "inbound", sessionId, phases, outsider, group, rang, tags, recordingIds };
}

function outbound(random: SeededRandom, tenant: SampleTenant): CallStory {
  const answered = random.chance(0.8);
  const phases = answered ? answeredPhases(random, false) : unansweredPhases(random);
  const user = random.pick(tenant.users);
  const outsider = outsiderOf(random, tenant);
  const group = random.pick(tenant.groups);
  const sessionId = random.uuid();
  const recordingIds = answered && random.chance(0.3) ? recordings(random, phases) : [];
  return { kind: "outbound", sessionId, phases, outsider, user, group, tags: {}, recordingIds };
}

function internal(random: SeededRandom, tenant: SampleTenant): CallStory {
  const phases = random.chance(0.75) ? answeredPhases(random, false) : unansweredPhases(random);
  const user = random.pick(tenant.users);
  const callee = random.pick(tenant.users.filter((other) => other !== user));
  const sessionId = random.uuid();
  return { kind: "internal", sessionId, phases, user, callee, tags: {}, recordingIds: [] };
}

/** A call from outside that goes straight on to a mobile: trunk to trunk. */
function forwarded(random: SeededRandom, tenant: SampleTenant): CallStory {
  const group = random.weighted(tenant.groups, ({ weight }) => weight);
  const phases = answeredPhases(random, false);
  const outsider = callerOf(random, tenant);
  const sessionId = random.uuid();
  return { kind: "forwarded", sessionId, phases, outsider, group, tags: {}, recordingIds: [] };
}

/** Makes up one call of `tenant`; out of hours (`open` is false) fewer calls from outside find somebody. */
export function tellCallStory(
  random: SeededRandom,
  tenant: SampleTenant,
  open: boolean,
): CallStory {
  const { kind } = random.weighted(kinds, ({ weight }) => weight);
  switch (kind) {
    case "inbound":
      return inbound(random, tenant, open);
    case "outbound":
      return outbound(random, tenant);
    case "internal":
      return internal(random, tenant);
    case "forwarded":
      return forwarded(random, tenant);
    default:
      return kind satisfies never;
  }
}

import { v5 as uuidV5 } from "uuid";
import type { CallPhases } from "./call-phases.ts";
import type { CallStory, Outsider, StoryOf } from "./call-story.ts";
import { placeOf } from "./fictional-numbers.ts";
import type { SampleTenant, SampleUser } from "./sample-tenants.ts";
import type { CdrFields, DirectoryMatch, Role } from "./simulated-cdr.ts";

function partyFields(role: Role, user: SampleUser | undefined, agent: boolean): CdrFields {
  if (user === undefined) return {};
  const { number, name, phone } = user;
  return {
    [`${role}DevNum`]: `user_${number}`,
    [`${role}DevName`]: `(${phone}) ${name}`,
    [`${role}UsrNum`]: number,
    [`${role}UsrName`]: name,
    ...(agent ? { [`${role}AgtNum`]: number, [`${role}AgtName`]: name } : {}),
  };
}

function callerFields({ number, contact }: Outsider): CdrFields {
  if (number === undefined) return {};
  const place = placeOf(number);
  return {
    cliNum: number,
    ...(contact === undefined ? {} : { cliName: contact.fullName }),
    ...(place === undefined ? {} : { cliLoc: place.location, cliCtry: place.country }),
    ...(place?.area === undefined ? {} : { cliArea: place.area }),
    ...(place?.state === undefined ? {} : { cliState: place.state }),
  };
}

function contactFields(tenant: SampleTenant, { contact }: Outsider): CdrFields {
  if (contact === undefined) return {};
  const match: DirectoryMatch = {
    dirName: `${tenant.name} contacts`,
    dirId: uuidV5("directory", tenant.tenantId),
    dirType: "DirectoryContactMatch",
    contactId: uuidV5(contact.crmId, tenant.tenantId),
    fields: contact,
  };
  return { directoryMatches: [match] };
}

function rateFields(tenant: SampleTenant, { talk }: CallPhases, to: string): CdrFields {
  if (talk === 0) return {};
  const abroad = placeOf(to)?.country !== tenant.callersFrom[0];
  const price = tenant.pricePerMinute * (abroad ? 5 : 1);
  return {
    rated: 1,
    rateCost: Math.round((talk / 60) * price * 10_000) / 10_000,
    rateBand: abroad ? "International" : "National",
    rateName: abroad ? "Abroad" : "Within the country",
  };
}

function inboundFields(tenant: SampleTenant, story: StoryOf<"inbound">): CdrFields {
  const { name, number } = story.group;
  const last = story.rang.at(-1);
  const answered = story.phases.talk > 0;
  return {
    ...callerFields(story.outsider),
    ...contactFields(tenant, story.outsider),
    ddiNum: number,
    ddiName: name,
    rteName: `${name}: `,
    fRngGroupName: name,
    lRngGroupName: name,
    ...partyFields("fRng", story.rang[0], true),
    ...partyFields("lRng", last, true),
    ...(answered ? { ansGroupName: name } : {}),
    ...(answered ? partyFields("ans", last, true) : {}),
    ...(answered ? partyFields("lAns", last, true) : {}),
  };
}

function forwardedFields(tenant: SampleTenant, story: StoryOf<"forwarded">): CdrFields {
  return {
    ...callerFields(story.outsider),
    ...contactFields(tenant, story.outsider),
    ddiNum: story.group.number,
    ddiName: story.group.name,
    t2t: 1,
    ...rateFields(tenant, story.phases, story.group.number),
  };
}

function outboundFields(tenant: SampleTenant, story: StoryOf<"outbound">): CdrFields {
  return {
    cliNum: story.group.number,
    cliName: tenant.name,
    ddiNum: story.outsider.number,
    ...contactFields(tenant, story.outsider),
    ...partyFields("fRng", story.user, false),
    ...partyFields("lRng", story.user, false),
    ...rateFields(tenant, story.phases, story.outsider.number),
  };
}

function internalFields({ user, callee, phases }: StoryOf<"internal">): CdrFields {
  const answered = phases.talk > 0;
  return {
    cliNum: user.number,
    cliName: user.name,
    ...partyFields("fRng", callee, false),
    ...partyFields("lRng", callee, false),
    ...(answered ? partyFields("ans", callee, false) : {}),
    ...(answered ? partyFields("lAns", callee, false) : {}),
  };
}

/** The fields of a CDR that say who called whom, by which way, and at what price. */
export function routeFields(tenant: SampleTenant, story: CallStory): CdrFields {
  switch (story.kind) {
    case "inbound":
      return inboundFields(tenant, story);
    case "forwarded":
      return forwardedFields(tenant, story);
    case "outbound":
      return outboundFields(tenant, story);
    case "internal":
      return internalFields(story);
    default:
      return story satisfies never;
  }
}

import { v5 as uuidV5 } from "uuid";
import { shortTalk } from "./call-phases.ts";
import type { CallPhases } from "./call-phases.ts";
import { routeFields } from "./call-route.ts";
import type { CallStory } from "./call-story.ts";
import type { SampleTenant, SampleUser } from "./sample-tenants.ts";
import type { CallEndedRecord, CdrFields } from "./simulated-cdr.ts";
import type { ZonedTime } from "./zoned-time.ts";

/** Codes of `dir` and `type`. Source: the description of the CDR. */
const directions = { internal: 1, inbound: 2, outbound: 3, forwarded: 4 } as const;
const types = { internal: 1, external: 2 } as const;

function timeFields(phases: CallPhases, zone: ZonedTime, endAt: number): CdrFields {
  const { ring, talk, hold, park } = phases;
  const dur = ring + talk + hold + park;
  const startAt = endAt - dur * 1_000;
  const answer = talk > 0 ? { answer: zone.iso(startAt + ring * 1_000), talk, hold } : {};
  const parked = park > 0 ? { park } : {};
  return { start: zone.iso(startAt), ...answer, end: zone.iso(endAt), dur, ring, ...parked };
}

function endingFields({ ending, talk, cause }: CallPhases): CdrFields {
  switch (ending) {
    case "answered":
      return { ans: 1, cause, ...(talk < shortTalk ? { short: 1 } : {}) };
    case "lostInPark":
      return { ans: 1, cause, lostInPark: 1 };
    case "lost":
      return { ans: 0, cause, lost: 1 };
    case "abandoned":
      return { ans: 0, cause, lost: 1, aban: 1 };
    case "unanswered":
      return { ans: 0, cause };
    default:
      return ending satisfies never;
  }
}

function userOf(story: CallStory): SampleUser | undefined {
  if (story.kind === "outbound" || story.kind === "internal") return story.user;
  return story.kind === "inbound" && story.phases.talk > 0 ? story.rang.at(-1) : undefined;
}

/** Writes a call down as the platform does when it ends at `endAt` (ms since the epoch, a whole second). */
export function callRecord(
  story: CallStory,
  tenant: SampleTenant,
  zone: ZonedTime,
  endAt: number,
): CallEndedRecord {
  const { phases, recordingIds, tags } = story;
  const { tenantId } = tenant;
  const user = userOf(story);
  return {
    tenantId,
    id: user === undefined ? null : uuidV5(`user ${user.number}`, tenantId),
    cdr: {
      id: story.sessionId,
      dType: "CloudSessionCdr",
      sVer: 1,
      pbxId: uuidV5("pbx", tenantId),
      pbxName: tenant.pbxName,
      tz: tenant.timeZone,
      ...timeFields(phases, zone, endAt),
      ...endingFields(phases),
      dir: directions[story.kind],
      type: story.kind === "internal" ? types.internal : types.external,
      ...routeFields(tenant, story),
      hasRec: recordingIds.length > 0 ? 1 : 0,
      ...(recordingIds.length > 0 ? { recordingIds } : {}),
      ...(Object.keys(tags).length > 0 ? { tags } : {}),
    },
  };
}

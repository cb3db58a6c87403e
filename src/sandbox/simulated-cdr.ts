import type { SampleContact } from "./sample-tenants.ts";

/** Which of the call's users, devices or agents a field is about: the first or last that rang or answered. */
export type Role = "fRng" | "lRng" | "ans" | "lAns";

type PartyField = `${Role}${"Dev" | "Usr" | "Agt"}${"Num" | "Name"}`;
type CallerField = `cli${"Num" | "Name" | "Loc" | "Area" | "State" | "Ctry"}`;
type TextField =
  | PartyField
  | CallerField
  | `${"fRng" | "lRng" | "ans"}GroupName`
  | ("dType" | "pbxId" | "pbxName" | "tz" | "start" | "answer" | "end" | "cause")
  | ("ddiNum" | "ddiName" | "rteId" | "rteName" | "rateBand" | "rateName");
type NumberField =
  | ("sVer" | "dur" | "ring" | "talk" | "hold" | "park" | "dir" | "type")
  | ("lost" | "lostInPark" | "aban" | "ans" | "short" | "t2t" | "hasRec" | "rated" | "rateCost");

type TextFields = Readonly<Partial<Record<TextField, string>>>;
type NumberFields = Readonly<Partial<Record<NumberField, number>>>;

export type DirectoryMatch = Readonly<
  Record<"dirName" | "dirId" | "dirType" | "contactId", string>
> & { readonly fields: SampleContact };

/** Some fields of a CDR. What a call does not have is not there at all. */
export type CdrFields = TextFields &
  NumberFields & {
    readonly recordingIds?: readonly string[];
    readonly directoryMatches?: readonly DirectoryMatch[];
    readonly tags?: Readonly<Record<string, string>>;
  };

/** A call detail record after schemas/call-ended.avsc. */
export type SimulatedCdr = CdrFields & { readonly id: string };

/** A value that fits schemas/call-ended.avsc. */
export interface CallEndedRecord {
  readonly tenantId: string;
  /** The user whom the event is about; null means the tenant. */
  readonly id: string | null;
  readonly cdr: SimulatedCdr;
}

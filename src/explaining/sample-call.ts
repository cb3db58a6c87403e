import type { CallEnded } from "../cdr/call-ended.ts";

/**
 * A made-up call, for previews and test requests: a customer calls a number of the sales team, talks and is recorded.
 * The numbers are from those that Ofcom keeps free for fiction.
 */
const cdr = {
  id: "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
  dType: "CloudSessionCdr",
  sVer: 1,
  pbxId: "6fa459ea-ee8a-4ca4-894e-db77e160355e",
  pbxName: "Head office",
  tz: "Europe/London",
  start: "2024-05-29T09:37:35+01:00",
  answer: "2024-05-29T09:37:45+01:00",
  end: "2024-05-29T09:39:56+01:00",
  dur: 141,
  ring: 10,
  talk: 116,
  hold: 15,
  park: 0,
  lost: 0,
  lostInPark: 0,
  aban: 0,
  ans: 1,
  short: 0,
  cause: "NORMAL_CLEARING",
  dir: 2,
  type: 2,
  t2t: 0,
  cliNum: "+447700900123",
  cliName: "Example contact",
  cliLoc: "United Kingdom",
  cliCtry: "GB",
  ddiNum: "+441632960101",
  ddiName: "Sales",
  fRngDevNum: "user_302",
  fRngDevName: "(T42S) Test user",
  lRngDevNum: "user_302",
  lRngDevName: "(T42S) Test user",
  ansDevNum: "user_302",
  ansDevName: "(T42S) Test user",
  lAnsDevNum: "user_302",
  lAnsDevName: "(T42S) Test user",
  fRngUsrNum: "302",
  fRngUsrName: "Test user",
  lRngUsrNum: "302",
  lRngUsrName: "Test user",
  ansUsrNum: "302",
  ansUsrName: "Test user",
  lAnsUsrNum: "302",
  lAnsUsrName: "Test user",
  fRngGroupName: "Sales team",
  lRngGroupName: "Sales team",
  ansGroupName: "Sales team",
  hasRec: 1,
  rated: 1,
  rateCost: 0.042,
  rateBand: "National",
  rateName: "Standard",
  recordingIds: ["0f8fad5b-d9cb-469f-a165-70867728950e"],
  directoryMatches: [
    {
      dirName: "Customers",
      dirId: "e902893a-9d22-4c7e-a7b8-d6e313b71d9f",
      dirType: "DirectoryContactMatch",
      contactId: "74738ff5-5367-4958-9aee-98fffdcd1876",
      fields: {
        fullName: "Example contact",
        companyName: "Example Ltd",
        jobTitle: "Buyer",
        telephone1: "+447700900123",
        email: "contact@example.com",
        crmId: "C-1042",
      },
    },
  ],
  tags: { Support: "stage1" },
} as const;

/** The made-up call as one of this tenant's. */
export function sampleCall(tenantId: string): CallEnded {
  return { tenantId, id: "3f2504e0-4f89-41d3-9a0c-0305e82c3301", cdr };
}

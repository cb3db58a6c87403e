import { planted } from "./watched-log.ts";

export const idOf = (number: number): string =>
  `7c9e6679-7425-40de-944b-${String(number).padStart(12, "0")}`;

/** One trigger for each of these, between them with every operator. */
const filters: readonly (readonly object[])[] = [
  [],
  [{ field: "cliNum", op: "prefix", values: ["+1555"] }],
  [{ field: "cliName", op: "contains", values: ["hush"], ignoreCase: true }],
  [{ field: "cliName", op: "wildcard", values: ["*a*b*", "H*n"] }],
  [
    { field: "dur", op: "gte", values: ["10"] },
    { field: "lost", op: "ne", values: ["1"] },
  ],
  [{ field: "start", op: "localTime", values: ["Mon-Fri 09:00-17:30", "Fri 22:00-06:00"] }],
  [{ field: "start", op: "lt", values: ["2030-01-01T00:00:00Z"] }],
  [{ field: "start", op: "notLocalTime", values: ["Sat,Sun 10:00-16:00"] }],
  [{ field: "tags.Support", op: "in", values: ["stage1", "stage2"] }],
  [{ field: "tags.Support", op: "notIn", values: ["stage9"] }],
  [{ field: "recordingIds", op: "exists", values: [] }],
  [{ field: "directoryMatches.fields.telephone1", op: "suffix", values: ["01"] }],
  [{ field: "directoryMatches", op: "absent", values: [] }],
  [
    { field: "rateCost", op: "lte", values: ["1.5"] },
    { field: "dir", op: "eq", values: ["2"] },
  ],
];

/** Sound triggers of tenant t1, with private things in them. */
export const soundTriggers = filters.map((each, index) => ({
  triggerId: idOf(index),
  tenantId: "t1",
  name: planted.text,
  enabled: index % 5 !== 4,
  createdAt: 1_716_971_855_000 + index,
  filters: each,
  action: {
    url: `https://crm.example.com/${index}?${planted.query}`,
    method: (["GET", "POST", "PUT"] as const)[index % 3],
    format: (["json", "form", "multipart"] as const)[index % 3],
    customData: { note: planted.text },
    retries: index % 11,
    secrets: index % 2 === 0 ? [planted.secret] : [],
  },
}));

/** A call with private things in it. */
export const privateCall = {
  tenantId: "t1",
  id: "u1",
  cdr: {
    id: "call-1",
    dType: "CloudSessionCdr",
    sVer: 1,
    tz: "Europe/London",
    start: "2024-05-29T09:37:35+01:00",
    end: "2024-05-29T09:38:35+01:00",
    dur: 60,
    lost: 0,
    dir: 2,
    rateCost: 0.5,
    cliNum: planted.number,
    cliName: planted.name,
    recordingIds: ["r1"],
    directoryMatches: [
      {
        dirName: planted.text,
        fields: { fullName: planted.name, telephone1: planted.number, email: "hush@example.com" },
      },
    ],
    tags: { Support: "stage1", note: planted.text },
  },
};

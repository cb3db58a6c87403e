/** Which fields stand together where people choose one. */
export const fieldGroups = [
  "call",
  "time",
  "caller",
  "dialled",
  "device",
  "user",
  "agent",
  "routing",
  "cost",
  "directory",
  "tags",
] as const;
export type FieldGroup = (typeof fieldGroups)[number];

/** A field's group and what it means. Source: specification, 3. */
export type FieldMeaning = readonly [group: FieldGroup, english: string, french: string];

import { z } from "zod";
import { fieldLocales } from "../../explaining/field-meanings.ts";

/** What every resource of the API is built of. Times are ISO 8601 in UTC. */

export const guid = z.string().regex(/^[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}$/);
export const tenantId = z.string().min(1).max(200);
export const instant = z.iso.datetime();

/** Where all that is a tenant's stands, and what such a path names; what stands below names more. */
export const tenantPath = "/tenants/:tenantId";
export const ofTenant = z.object({ tenantId });

export const locale = z.enum(fieldLocales).default("en-GB");

export const problem = z
  .object({
    path: z.string().describe("Which property: `filters[0].op`; empty for the whole."),
    message: z.string().describe("What is wrong with it; never quotes a value."),
  })
  .meta({ id: "Problem" });

/** RFC 9457. */
export const problemDetails = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().describe("Of the table of errors: docs/errors.md."),
    problems: z.array(problem).optional(),
  })
  .meta({ id: "ProblemDetails" });

/** A cursor holds what its list is ordered by: a name of 200 characters takes up to 6 bytes for each, and these a third more. */
const longestCursor = 2000;

export const pageQuery = z.strictObject({
  cursor: z
    .string()
    .max(longestCursor)
    .regex(/^[\w-]*$/, "must be the nextCursor of a page")
    .optional()
    .describe("`nextCursor` of the page before."),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const nextCursor = z
  .string()
  .nullable()
  .describe("Asks for the page behind this one; null: this is the last.");

/** Query flags come as text. */
export const flag = z
  .enum(["true", "false"])
  .default("false")
  .transform((value) => value === "true");

export type Problem = z.output<typeof problem>;
export type ProblemDetails = z.output<typeof problemDetails>;

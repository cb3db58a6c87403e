import type { Country } from "./fictional-numbers.ts";
import type { Tenant } from "../triggers/tenant.ts";
import tenants from "./sample-tenants.json" with { type: "json" };

export interface SampleUser {
  /** The extension. */
  readonly number: string;
  readonly name: string;
  /** Model of the phone on the desk. */
  readonly phone: string;
}

export interface SampleGroup {
  readonly name: string;
  /** Its members' extensions; a call rings from the first to the last. */
  readonly members: readonly string[];
  /** The DID number that leads to the group. */
  readonly number: string;
  /** How many of the tenant's calls it gets, in proportion to the other groups. */
  readonly weight: number;
  /** The tag that its members put on calls. */
  readonly tag: { readonly name: string; readonly values: readonly string[] };
  readonly recorded: boolean;
}

/** A contact of the tenant's directory, as the `fields` of a directory match. */
export interface SampleContact {
  readonly fullName: string;
  readonly companyName: string;
  readonly jobTitle: string;
  readonly email: string;
  readonly crmId: string;
  readonly telephone1: string;
  /** VIP, Customer or Supplier. */
  readonly field1: string;
}

/** A made-up customer of the platform: its licence, and the people whose calls the simulator makes up. */
export interface SampleTenant extends Tenant {
  /** IANA name. */
  readonly timeZone: string;
  readonly pbxName: string;
  /** Its part of the calls, in proportion to the other tenants, while all of them are in business hours. */
  readonly share: number;
  /** Countries of its callers; one that is named twice has twice the calls. */
  readonly callersFrom: readonly Country[];
  /** Price of a minute outwards. */
  readonly pricePerMinute: number;
  readonly users: readonly SampleUser[];
  readonly groups: readonly SampleGroup[];
  readonly contacts: readonly SampleContact[];
}

/** The tenants of the demo, in five time zones. The sample triggers refer to them by their ids. */
export const sampleTenants = tenants as readonly SampleTenant[];

/** A sample tenant's licence alone, as the topic of tenants has it. */
export function licenceOf(sample: SampleTenant): Tenant {
  const { tenantId, name, maxTriggers, suspended } = sample;
  return { tenantId, name, maxTriggers, suspended };
}

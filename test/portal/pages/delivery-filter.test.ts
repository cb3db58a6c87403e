import { describe, expect, test } from "vitest";
import { deliveryQuery } from "../../../src/admin/contract/deliveries.ts";
import {
  askedOf,
  filterOf,
  instantOf,
  queryOf,
} from "../../../src/portal/pages/deliveries/filter.ts";

const now = Date.UTC(2026, 5, 1, 12);
const triggerId = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
const asked = (address: string) => askedOf(filterOf(new URLSearchParams(address)), now);

describe("the filter of deliveries", () => {
  test("is read from an address and written back to it", () => {
    const address = `trigger=${triggerId}&state=dead&range=custom&from=2026-01-01T10:00&to=2026-01-02T10:00&call=c1`;
    const written = queryOf(filterOf(new URLSearchParams(address)));
    expect(filterOf(new URLSearchParams(written))).toEqual(filterOf(new URLSearchParams(address)));
  });

  test("asks for nothing where nothing is chosen, and passes over what is not known", () => {
    expect(asked("")).toEqual({});
    expect(asked("state=lost&range=decade&from=yesterday")).toEqual({});
  });

  test.each([
    ["hour", "2026-06-01T11:00:00.000Z"],
    ["day", "2026-05-31T12:00:00.000Z"],
    ["week", "2026-05-25T12:00:00.000Z"],
  ])("counts the last %s back from now", (range, from) => {
    expect(asked(`range=${range}`)).toEqual({ from });
  });

  test("is one that the API understands", () => {
    const all = `trigger=${triggerId}&state=retrying&range=custom&from=2026-01-01T10:00&to=2026-01-02T10:00&call=c1`;
    expect(deliveryQuery.safeParse(asked(all)).success).toBe(true);
  });

  test("leaves a time out that is none", () => {
    expect(asked("range=custom&from=nonsense&to=2026-01-02T10:00Z")).toEqual({
      to: "2026-01-02T10:00:00.000Z",
    });
    expect(instantOf("")).toBeUndefined();
  });
});

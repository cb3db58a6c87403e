import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import qs from "qs";
import { describe, expect, test } from "vitest";
import { flatten, multipart, urlEncoded } from "../../src/delivery/form-fields.ts";
import type { Payload } from "../../src/delivery/payload.ts";

function sampleOf(name: string): string {
  return readFileSync(new URL(`../samples/${name}`, import.meta.url), "utf8");
}

const sample = JSON.parse(sampleOf("payload.json")) as Payload;
const bare: Payload = { triggerId: "t", id: "i", tenantId: "n", cdr: {} };

/** As a receiver reads it that puts no limits. */
function readByQs(form: string): unknown {
  return qs.parse(form, {
    depth: 100,
    arrayLimit: 100_000,
    parameterLimit: Infinity,
    plainObjects: true,
    allowEmptyArrays: false,
  });
}

/** The rule that a receiver follows who wants keys with brackets back as they were. */
function originalKey(key: string): string {
  return key === "%" ? "" : key.replaceAll(/%(25|5b|5d)/gi, (found) => decodeURIComponent(found));
}

/** A value with its numbers as text, and its keys passed through `key`. */
function asText(value: unknown, key = (name: string): string => name): unknown {
  if (Array.isArray(value)) return value.map((item) => asText(item, key));
  if (typeof value !== "object" || value === null) return String(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [key(name), asText(item, key)]),
  );
}

function tagField(key: string): readonly [string, string] | undefined {
  return flatten({ ...bare, cdr: { tags: { [key]: "v" } } }).at(-1);
}

describe("flatten", () => {
  const lines = sampleOf("payload-form.txt")
    .split("\n")
    .filter((line) => /^(triggerId|cdr|customData).*=/.test(line));

  test.each(lines)("the sample's form has the field %s", (line) => {
    const fields = flatten(sample).map(([name, value]) => `${name}=${value}`);
    expect(fields).toContain(line);
  });

  test("the sample's form has eight fields to look for", () => {
    expect(lines).toHaveLength(8);
  });

  test("fields stand in the payload's order", () => {
    const cdr = { id: "c", recordingIds: ["a", "b"], tags: { z: "1", a: "2" } };
    expect(flatten({ ...bare, cdr, customData: { k: "v" } })).toEqual([
      ["triggerId", "t"],
      ["id", "i"],
      ["tenantId", "n"],
      ["cdr[id]", "c"],
      ["cdr[recordingIds][0]", "a"],
      ["cdr[recordingIds][1]", "b"],
      ["cdr[tags][z]", "1"],
      ["cdr[tags][a]", "2"],
      ["customData[k]", "v"],
    ]);
  });

  test("numbers are written as in JSON, 64-bit ones in full", () => {
    const cdr = { dur: 0, rateCost: 0.125, far: 1e21, big: 9_223_372_036_854_775_807n, on: true };
    const values = flatten({ ...bare, cdr }).map(([, value]) => value);
    expect(values.slice(3)).toEqual(["0", "0.125", "1e+21", "9223372036854775807", "true"]);
  });

  test("an empty text has a field, an absent value has none", () => {
    const cdr = { cause: "", cliNum: null, ddiNum: undefined, tags: {}, recordingIds: [] };
    expect(flatten({ ...bare, cdr }).slice(3)).toEqual([["cdr[cause]", ""]]);
  });

  test.each([
    ["Support", "cdr[tags][Support]"],
    ["a b&c=d+é", "cdr[tags][a b&c=d+é]"],
    ["50% off", "cdr[tags][50% off]"],
    ["a[b]", "cdr[tags][a%5Bb%5D]"],
    ["x][y", "cdr[tags][x%5D%5By]"],
    ["%5B", "cdr[tags][%255B]"],
    ["", "cdr[tags][%]"],
    ["%", "cdr[tags][%25]"],
  ])("the tag name %j is written as %s", (key, name) => {
    expect(tagField(key)).toEqual([name, "v"]);
  });

  test("a tag named __proto__ is a field like any other", () => {
    const tags = JSON.parse('{"__proto__":"v"}') as object;
    expect(flatten({ ...bare, cdr: { tags } }).at(-1)).toEqual(["cdr[tags][__proto__]", "v"]);
  });

  test("a key can be told from its written form, whatever it holds", () => {
    const hostile = fc.string({ unit: fc.constantFrom("%", "[", "]", "2", "5", "b", "B", "D") });
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: "binary" })), (key) => {
        const [name = ""] = tagField(key) ?? [];
        expect(originalKey(name.slice("cdr[tags][".length, -1))).toBe(key);
      }),
    );
  });
});

describe("urlEncoded", () => {
  test("qs reads the sample's form as the sample, numbers as text", () => {
    expect(readByQs(urlEncoded(flatten(sample)))).toEqual(asText(sample));
  });

  test("qs with its default limits reads the sample's form too", () => {
    expect(qs.parse(urlEncoded(flatten(sample)))).toEqual(asText(sample));
  });

  test("qs reads any payload back, the keys in their written form", () => {
    // qs drops __proto__ and takes maps with numbers for keys for arrays: no name could tell it otherwise.
    const key = fc
      .oneof(
        fc.string(),
        fc.string({ unit: fc.constantFrom("[", "]", "%", "&", "=", "+", "é", "a") }),
      )
      .filter((key) => key !== "__proto__" && !/^\d+$/.test(key));
    const text = fc.string({ unit: "grapheme" });
    const tags = fc.dictionary(key, text, { minKeys: 1 });
    const cdr = fc.record({
      id: text,
      dur: fc.integer(),
      tags,
      list: fc.array(tags, { minLength: 1 }),
    });
    fc.assert(
      fc.property(cdr, tags, (cdr, customData) => {
        const payload = { ...bare, cdr, customData };
        expect(asText(readByQs(urlEncoded(flatten(payload))), originalKey)).toEqual(
          asText(payload),
        );
      }),
    );
  });

  test("text is encoded as UTF-8, a space as a plus, a plus in full", () => {
    expect(urlEncoded([["cdr[ddiName]", "+44 é&=🙂"]])).toBe(
      "cdr%5BddiName%5D=%2B44+%C3%A9%26%3D%F0%9F%99%82",
    );
  });
});

/** As any HTTP server's standard parser reads it. */
async function readAsForm({ contentType, body }: { contentType: string; body: Buffer }) {
  const response = new Response(new Uint8Array(body), { headers: { "content-type": contentType } });
  return [...(await response.formData()).entries()];
}

describe("multipart", () => {
  const jobId = "3f2504e0-4f89-51d3-9a0c-0305e82c3301";

  test("a standard parser reads the fields back, in order", async () => {
    const fields = flatten(sample);
    expect(await readAsForm(multipart(fields, jobId))).toEqual(fields);
  });

  test("the body is what the standard says, to the byte", () => {
    const { contentType, body } = multipart([["cdr[tags][é]", "a\nb"]], jobId);
    expect(contentType).toBe(`multipart/form-data; boundary=onhook-${jobId}`);
    expect(body.toString()).toBe(
      `--onhook-${jobId}\r\ncontent-disposition: form-data; name="cdr[tags][é]"\r\n\r\na\nb\r\n--onhook-${jobId}--\r\n`,
    );
  });

  test("quotes and line ends in a name can't break out of its header", () => {
    const { body } = multipart([['a"\r\nx: y', "v"]], jobId);
    expect(body.toString()).toContain('name="a%22%0D%0Ax: y"\r\n\r\nv');
  });

  test("a boundary that stands in a field is not used", async () => {
    const field = ["customData[k]", `\r\n--onhook-${jobId}\r\n and onhook-${jobId}-1`] as const;
    const form = multipart([field], jobId);
    expect(form.contentType).toBe(`multipart/form-data; boundary=onhook-${jobId}-2`);
    expect(await readAsForm(form)).toEqual([field]);
  });

  test("the same job has the same bytes in every attempt", () => {
    expect(multipart(flatten(sample), jobId)).toEqual(multipart(flatten(sample), jobId));
  });
});

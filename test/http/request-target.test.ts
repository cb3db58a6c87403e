import { expect, test } from "vitest";
import { requestTarget } from "../../src/http/request-target.ts";

test.each([
  ["https://crm.example", "https://crm.example", "/"],
  ["https://crm.example:443/a", "https://crm.example", "/a"],
  ["http://crm.example:8080/a?b", "http://crm.example:8080", "/a?b"],
  ["https://crm.example/a?b=1#c?d", "https://crm.example", "/a?b=1"],
  ["https://crm.example/?", "https://crm.example", "/?"],
  ["https://user:pass@crm.example/a", "https://crm.example", "/a"],
  ["https://bücher.example/ü", "https://xn--bcher-kva.example", "/%C3%BC"],
  ["http://0x7f.1/", "http://127.0.0.1", "/"],
  ["http://[::FFFF:127.0.0.1]/", "http://[::ffff:7f00:1]", "/"],
])("%s is asked of %s for the right path", (url, origin, path) => {
  expect(requestTarget(url)).toEqual({ origin, path });
});

test("a legal query is sent byte for byte", () => {
  const query = "?sv=1&sp=%2Ftriggers%2f&sig='a-b_c~'+%20!$()*,;:@/?=[]{}|\\^`";
  expect(requestTarget(`https://crm.example/x${query}`).path).toBe(`/x${query}`);
});

test.each([
  ["?q=é", "?q=%C3%A9"],
  ["?q=a b", "?q=a%20b"],
  ['?q="<>', "?q=%22%3C%3E"],
  ["?q=a\nb", "?q=ab"],
])("the query %j, which no request line can hold, is encoded", (query, encoded) => {
  expect(requestTarget(`https://crm.example/${query}`).path).toBe(`/${encoded}`);
});

test.each(["", "crm.example", "/a?secret", "ftp://crm.example/?secret", "https://?secret"])(
  "%j is refused, without being repeated",
  (url) => {
    expect(() => requestTarget(url)).toThrow(
      expect.objectContaining({
        code: "REQUEST_UNSENDABLE",
        message: "The request can not be sent: its URL is no http or https address",
      }),
    );
  },
);

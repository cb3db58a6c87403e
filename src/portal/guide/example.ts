/**
 * A request as it is made, and the secret that it is signed with, so that whoever writes a receiver can try it on a
 * signature that is right. A test makes it anew by the code of the delivery and compares.
 */
export const example = {
  secret: "whsec_YW4gZXhhbXBsZSB0aGF0IGd1YXJkcyBub3RoaW5nISE=",
  url: "https://receiver.example.com/calls",
  method: "POST",
  headers: {
    "user-agent": "onhook/0.1.0",
    "webhook-id": "4d228af7-6bde-5446-9ff7-8c84b044e98c",
    "webhook-timestamp": "1780043871",
    "webhook-signature": "v1,jU7AkO3eImJl2qDcaYKVa+bnFxJe7v++xs5dnrnleWA=",
    "onhook-attempt": "1",
    "content-type": "application/json",
  },
  body: '{"triggerId":"7c9e6679-7425-40de-944b-e07fc1f90ae7","id":"3f2504e0-4f89-41d3-9a0c-0305e82c3301","tenantId":"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d","cdr":{"id":"1b4e28ba-2fa1-41d2-883f-0016d3cca427","start":"2026-05-29T09:37:35+01:00","dur":10,"dir":2,"cliNum":"+44700000000","ddiNum":"+441610000000"},"customData":{"hook":"post-call"}}',
} as const;

/** The same as it goes over the wire. */
export function exampleText(): string {
  const { host, pathname } = new URL(example.url);
  const headers = Object.entries(example.headers).map(([name, value]) => `${name}: ${value}`);
  const length = new TextEncoder().encode(example.body).length;
  return [
    `${example.method} ${pathname} HTTP/1.1`,
    `host: ${host}`,
    ...headers,
    `content-length: ${length}`,
    "",
    example.body,
  ].join("\n");
}

/**
 * Where one goes after signing in: what `return` says if that is a page of the portal, else `home`. Nothing that leads
 * elsewhere is followed: a link to the sign-in page may come from anybody.
 */
export function wayBack(asked: string | null, origin: string, home: string): string {
  if (asked === null || !/^\/(?![/\\])/.test(asked) || !URL.canParse(asked, origin)) return home;
  const url = new URL(asked, origin);
  const isPage = /^\/[a-z]{2}-[A-Z]{2}\/webhooks(?:\/|$)/.test(url.pathname);
  if (url.origin !== origin || !isPage || url.pathname.endsWith("/sign-in")) return home;
  return url.pathname + url.search;
}

/** The code of a sign-in link: it travels behind `#`, which no server and no log gets to see. */
export function codeIn(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("code");
}

import { createHash } from "node:crypto";
import { libraries } from "./portal-files.ts";
import type { PortalFiles } from "./portal-files.ts";

/** The page that every address of the portal answers with, and what its browser may do. */
export interface PortalPage {
  readonly html: (locale: string) => string;
  readonly headers: Readonly<Record<string, string>>;
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", '"': "&quot;" };
const escaped = (text: string): string => text.replaceAll(/[&<"]/g, (c) => escapes[c] ?? c);

/**
 * What the browser lets the page do: its own scripts, styles and API, nothing else. No script makes elements out of text.
 * Source: OWASP, Content Security Policy cheat sheet; CSP 3.
 */
function policy(importMapHash: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${importMapHash}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

/** Headers of everything that the portal serves. */
export const everyFile = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
} as const;

const permissions = ["camera", "geolocation", "microphone", "payment", "usb", "display-capture"];

/** Makes the page. `root` is the address of the files, with their hash. */
export function createPortalPage({ modules }: PortalFiles, root: string): PortalPage {
  const imports = Object.fromEntries(
    Object.entries(libraries).map(([name, file]) => [name, `${root}/${file}`]),
  );
  const importMap = JSON.stringify({ imports });
  const hash = createHash("sha256").update(importMap).digest("base64");
  const preloads = [...modules, ...Object.values(libraries)]
    .map((name) => `<link rel="modulepreload" href="${escaped(`${root}/${name}`)}">`)
    .join("\n");
  return {
    html: (locale) => `<!doctype html>
<html lang="${escaped(locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Onhook</title>
<link rel="icon" href="${root}/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${root}/portal.css">
<script type="importmap">${importMap}</script>
<link rel="preload" as="fetch" crossorigin="anonymous" href="${root}/boot.${escaped(locale)}.json">
${preloads}
<script type="module" src="${root}/main.ts"></script>
</head>
<body><div id="portal"></div></body>
</html>
`,
    headers: {
      ...everyFile,
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": policy(hash),
      "cross-origin-opener-policy": "same-origin",
      "permissions-policy": permissions.map((name) => `${name}=()`).join(", "),
      "x-frame-options": "DENY",
    },
  };
}

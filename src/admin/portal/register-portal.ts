import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { FastifyInstance, FastifyReply } from "fastify";
import { readPortalFiles } from "./portal-files.ts";
import type { PortalFile, PortalFiles } from "./portal-files.ts";
import { preferredLocale } from "./portal-locale.ts";
import { createPortalPage, everyFile } from "./portal-page.ts";

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** Small as can be while a start does not wait for it. */
const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
const smallest = 1024;

type Encoding = "br" | "gzip" | "identity";

function encodingOf(accept: string | undefined): Encoding {
  const offers = (accept ?? "").split(",").map((part) => part.trim().split(";", 1)[0]);
  const offered = new Set(offers);
  if (offered.has("br")) return "br";
  return offered.has("gzip") ? "gzip" : "identity";
}

/** Each file is packed once, when it is first asked for. */
function createPacker(): (file: PortalFile, encoding: Encoding) => Promise<Buffer> {
  const packed = new Map<Encoding, WeakMap<PortalFile, Promise<Buffer>>>([
    ["br", new WeakMap()],
    ["gzip", new WeakMap()],
  ]);
  return async (file, encoding) => {
    const known = packed.get(encoding);
    if (known === undefined) return file.body;
    const made =
      known.get(file) ?? (encoding === "br" ? brotli(file.body, quality) : zip(file.body));
    known.set(file, made);
    return made;
  };
}

function registerFiles(server: FastifyInstance, { files }: PortalFiles, root: string): void {
  const pack = createPacker();
  for (const [name, file] of files) {
    server.get(`${root}/${name}`, async (request, reply) => {
      const accepted = encodingOf(request.headers["accept-encoding"]);
      const encoding = file.body.length < smallest ? "identity" : accepted;
      if (encoding !== "identity") void reply.header("content-encoding", encoding);
      return reply
        .headers({ ...everyFile, "content-type": file.type, vary: "accept-encoding" })
        .header("cache-control", "public, max-age=31536000, immutable")
        .send(await pack(file, encoding));
    });
  }
}

function notThere(reply: FastifyReply, locales: readonly string[]): FastifyReply {
  const pages = locales.map((locale) => `/${locale}/webhooks`).join("\n");
  return reply
    .code(404)
    .headers({ ...everyFile, "content-type": "text/plain; charset=utf-8" })
    .send(`There is no such page. The portal speaks these languages:\n${pages}\n`);
}

/**
 * Serves the portal: its page under `/<locale>/webhooks` and everything below, its files under an address with their hash,
 * and the way there from `/` and `/webhooks`. Reads the files at once; throws where one is missing.
 */
export function registerPortal(server: FastifyInstance): void {
  const files = readPortalFiles();
  const root = `/portal/${files.hash}`;
  const page = createPortalPage(files, root);
  registerFiles(server, files, root);
  for (const locale of files.locales) {
    const html = page.html(locale);
    for (const path of [`/${locale}/webhooks`, `/${locale}/webhooks/*`])
      server.get(path, (_, reply) => reply.headers(page.headers).send(html));
  }
  for (const path of ["/:locale/webhooks", "/:locale/webhooks/*"])
    server.get(path, (_, reply) => notThere(reply, files.locales));
  for (const path of ["/", "/webhooks"])
    server.get(path, (request, reply) => {
      const locale = preferredLocale(request.headers["accept-language"], files.locales);
      return reply
        .headers({ ...everyFile, vary: "accept-language", "cache-control": "no-store" })
        .redirect(`/${locale}/webhooks`, 302);
    });
}

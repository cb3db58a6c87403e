import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

type Area = Readonly<Record<string, unknown>>;

/**
 * The messages of every language, by locale: those of `<locale>/<area>.json` under `<area>.<key>`. A language is there
 * when its folder is: en-GB first, which is where one goes who speaks none of them.
 */
export function readMessages(folder: string): ReadonlyMap<string, Area> {
  const locales = readdirSync(folder).sort();
  return new Map(
    locales.map((locale) => {
      const areas = readdirSync(join(folder, locale)).sort();
      const messages = areas.flatMap((file) => {
        const area = JSON.parse(readFileSync(join(folder, locale, file), "utf8")) as Area;
        return Object.entries(area).map(([key, message]) => [
          `${basename(file, ".json")}.${key}`,
          message,
        ]);
      });
      return [locale, Object.fromEntries(messages) as Area];
    }),
  );
}

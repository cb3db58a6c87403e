import { z } from "zod";
import { settingsSchema } from "./schema.ts";
import { groupDocs, settingMetas } from "./setting.ts";
import type { SettingMeta } from "./setting.ts";

/** One setting, as everything but the schema itself sees it. */
export interface Setting extends SettingMeta {
  /** `kafka.clientId` */
  readonly path: string;
  /** `ONHOOK_KAFKA_CLIENT_ID` */
  readonly env: string;
  readonly default: unknown;
  readonly schema: z.ZodType;
}

export interface SettingGroup {
  readonly path: string;
  readonly doc: string;
}

/** `kafka.clientId` → `ONHOOK_KAFKA_CLIENT_ID` */
export function environmentName(path: string): string {
  const words = path.replaceAll(/[A-Z]/g, (capital) => `_${capital}`).replaceAll(".", "_");
  return `ONHOOK_${words.toUpperCase()}`;
}

function settingOf(path: string, schema: z.ZodType): Setting {
  const meta = settingMetas.get(schema);
  if (meta === undefined) throw new TypeError(`Setting ${path} has no description`);
  return { ...meta, path, env: environmentName(path), default: schema.parse(undefined), schema };
}

function* walk(schema: z.ZodObject, prefix: string): Generator<Setting | SettingGroup> {
  for (const [key, child] of Object.entries(schema.shape)) {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    if (child instanceof z.ZodObject) {
      yield { path, doc: groupDocs.get(child)?.doc ?? "" };
      yield* walk(child, path);
    } else {
      yield settingOf(path, child as z.ZodType);
    }
  }
}

/** Groups and settings in the order of the settings file: a group before what it holds. */
export const catalogue: readonly (Setting | SettingGroup)[] = [...walk(settingsSchema, "")];

export const isSetting = (entry: Setting | SettingGroup): entry is Setting => "env" in entry;

export const settings: readonly Setting[] = catalogue.filter(isSetting);

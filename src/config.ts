import { readFileSync } from "node:fs";
import { stringify } from "yaml";
import { settings } from "./config/catalogue.ts";
import type { Setting } from "./config/catalogue.ts";
import { crossChecks } from "./config/cross-checks.ts";
import type { Given, Source } from "./config/given.ts";
import { readEnvironment } from "./config/read-environment.ts";
import { readFile } from "./config/read-file.ts";
import { settingsSchema } from "./config/schema.ts";
import type { Config } from "./config/schema.ts";
import { OnhookError } from "./errors.ts";

export { portsDeniedByDefault } from "./config/denied-ports.ts";
export type { Config, Role } from "./config/schema.ts";

export interface ConfigSources {
  /** Path of a YAML file; without it, what ONHOOK_CONFIG names, and without that, no file. */
  readonly file?: string;
  /** The file's text, where it is at hand; `file` is then only its name in messages. */
  readonly fileText?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The settings: defaults, the file over them, the environment over both.
 * Throws CONFIG_INVALID with all mistakes at once, a line each: the setting, where it stands, what was given
 * (never for secrets), what is allowed. A value that the environment covers must be valid all the same, so that
 * unsetting a variable can't bring an old mistake to light.
 */
export function loadConfig(sources: ConfigSources): Config {
  const file = fileSource(sources);
  const environment = readEnvironment(sources.env);
  const given = [...file.given, ...environment.given].map(check);
  const refused = given.filter((value) => !value.valid);
  const effective = new Map(
    given.filter((value) => value.valid).map((value) => [value.path, value]),
  );
  const config = assemble(effective);
  const mistakes = [...file.mistakes, ...environment.mistakes, ...refused.map(refusal)];
  if (file.readable) mistakes.push(...crossMistakes(config, effective, refused));
  if (mistakes.length > 0) {
    const problems = mistakes.map((line) => `- ${line}`).join("\n");
    throw new OnhookError("CONFIG_INVALID", { problems });
  }
  return config;
}

function fileSource({ file, fileText, env }: ConfigSources): Source {
  const name = file ?? env["ONHOOK_CONFIG"];
  if (fileText !== undefined) return readFile(name ?? "settings file", fileText);
  if (name === undefined) return { given: [], mistakes: [], readable: true };
  try {
    return readFile(name, readFileSync(name, "utf8"));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return {
      given: [],
      mistakes: [`${name}: the settings file can not be read: ${code}`],
      readable: false,
    };
  }
}

interface Checked extends Given {
  readonly setting: Setting;
  readonly valid: boolean;
}

function check(given: Given): Checked {
  const setting = settings.find(({ path }) => path === given.path);
  if (setting === undefined) throw new TypeError(`No setting ${given.path}`);
  return { ...given, setting, valid: setting.schema.safeParse(given.value).success };
}

/** What is printed of a value that was refused. An address may carry a password although it must not. */
function shown({ setting, written }: Checked): string {
  if (setting.secret) return "a value that is not shown";
  const text = written.replaceAll(/\/\/[^/\s]*@/g, "//***@");
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function refusal(given: Checked): string {
  const { path, allowed, unit } = given.setting;
  const inUnit = unit === null ? "" : ` (${unit})`;
  return `${path} (${given.from}): given ${shown(given)}, allowed: ${allowed}${inUnit}`;
}

function nested(value: (setting: Setting) => unknown): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const setting of settings) {
    const keys = setting.path.split(".");
    const last = keys.pop() ?? "";
    let group = root;
    for (const key of keys) group = (group[key] ??= {}) as Record<string, unknown>;
    group[last] = value(setting);
  }
  return root;
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null)
    Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}

function assemble(effective: ReadonlyMap<string, Given>): Config {
  const values = nested(({ path, default: standard }) => {
    const given = effective.get(path);
    return given === undefined ? standard : given.value;
  });
  return freeze(settingsSchema.parse(values));
}

function crossMistakes(
  config: Config,
  effective: ReadonlyMap<string, Given>,
  refused: readonly Given[],
): string[] {
  const broken = new Set(refused.map(({ path }) => path));
  return crossChecks
    .filter(({ concerns }) => !concerns.some((path) => broken.has(path)))
    .flatMap(({ problems }) => problems(config))
    .map(({ setting, problem }) => {
      const from = effective.get(setting)?.from ?? "default";
      return `${setting} (${from}): ${problem}`;
    });
}

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(() => "***");
  return value === null ? null : "***";
}

/** What `--print-config` prints: all settings as a settings file, with `"***"` for secrets that are given. */
export function printConfig(config: Config): string {
  const values = nested(({ path, secret }) => {
    const value = path
      .split(".")
      .reduce<unknown>((group, key) => (group as Record<string, unknown>)[key], config);
    return secret ? masked(value) : value;
  });
  return stringify(values, { lineWidth: 0 });
}

/** A setting as documentation needs it. */
export type DescribedSetting = Pick<
  Setting,
  "path" | "env" | "type" | "default" | "unit" | "secret" | "doc" | "allowed"
>;

/** Every setting, in the order of the settings file. */
export function describeSettings(): readonly DescribedSetting[] {
  return settings;
}

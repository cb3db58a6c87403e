import { isCollection, parseDocument, stringify } from "yaml";
import { catalogue, isSetting } from "./catalogue.ts";
import type { Setting, SettingGroup } from "./catalogue.ts";

const lineWidth = 100;

/** Breaks text into comment lines at `indent`, none longer than the file's width where words allow. */
function comment(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + 2 + line.length + 1 + word.length > lineWidth) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((words) => `${indent}# ${words}`);
}

/** A value on one line, as YAML. */
function yaml(value: unknown): string {
  const document = parseDocument(stringify(value));
  if (isCollection(document.contents)) document.contents.flow = true;
  return document.toString({ lineWidth: 0, flowCollectionPadding: false }).trim();
}

function renderSetting(setting: Setting, indent: string): string[] {
  const key = setting.path.slice(setting.path.lastIndexOf(".") + 1);
  const unit = setting.unit === null ? "" : ` Unit: ${setting.unit}.`;
  const secret = setting.secret ? " Secret: better given by the environment." : "";
  return [
    ...comment(setting.doc, indent),
    ...comment(`Allowed: ${setting.allowed}.${unit}${secret}`, indent),
    `${indent}${key}: ${yaml(setting.default)}`,
  ];
}

const intro = [
  "Settings of Onhook: all of them, each with its default. Leave out what you do not change.",
  "An environment variable wins over this file: kafka.clientId is ONHOOK_KAFKA_CLIENT_ID there; lists are written with commas.",
  "`onhook run --print-config` shows what is in effect. A name or value that is not known is refused at start.",
].flatMap((line) => comment(line, ""));

function renderEntry(entry: Setting | SettingGroup): string[] {
  const depth = entry.path.split(".").length - 1;
  const indent = "  ".repeat(depth);
  const key = entry.path.slice(entry.path.lastIndexOf(".") + 1);
  if (!isSetting(entry)) return ["", ...comment(entry.doc, indent), `${indent}${key}:`];
  return [...(depth === 0 ? [""] : []), ...renderSetting(entry, indent)];
}

/** The text of config/onhook.yaml: the manual of the settings, and at the same time a valid file. */
export function renderSettingsFile(): string {
  return `${[...intro, ...catalogue.flatMap(renderEntry)].join("\n")}\n`;
}

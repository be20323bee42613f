import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** The folder of the rules that are shipped. */
export const RULES = fileURLToPath(new URL('../../config/prometheus/rules/', import.meta.url));

/** The domains of the rule files. */
export const RULE_FILES = ['client-vpn', 'websocket', 'site-to-site-vpn', 'exporter'] as const;

/** A rule as it stands in a file. */
export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A rule file. */
export interface RuleFile {
  readonly groups: readonly {
    readonly name: string;
    readonly interval?: string;
    readonly rules: readonly Rule[];
  }[];
}

/** Every rule of a file. */
export function rulesOf(name: (typeof RULE_FILES)[number]): readonly Rule[] {
  return (parse(readFileSync(`${RULES}${name}.yml`, 'utf8')) as RuleFile).groups.flatMap(
    ({ rules }) => rules,
  );
}

/** The text of a rule file whose groups are evaluated as often as this, where they say how often. */
export const rulesEvery = (name: (typeof RULE_FILES)[number], interval: string): string =>
  readFileSync(`${RULES}${name}.yml`, 'utf8').replace(/^( +interval:) .*$/gm, `$1 ${interval}`);

/** Every rule that is shipped. */
export const rules: readonly Rule[] = RULE_FILES.flatMap(rulesOf);

/** Every alert that is shipped, with its name. */
export const alerts = rules.flatMap((rule) =>
  rule.alert === undefined ? [] : [{ ...rule, name: rule.alert }],
);

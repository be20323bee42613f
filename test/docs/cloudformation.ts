import { readFileSync } from 'node:fs';
import { parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { docs } from './page.ts';

/** A resource of a template; functions of CloudFormation stand as in JSON: `{Ref: …}`. */
export interface Resource {
  readonly Type: string;
  readonly DependsOn?: string | readonly string[];
  /** A name among the conditions of the template. */
  readonly Condition?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** A template of CloudFormation. */
export interface Template {
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

const short = [
  ['!Ref', 'Ref'],
  ['!Sub', 'Fn::Sub'],
  ['!GetAtt', 'Fn::GetAtt'],
].map(([tag = '', key = '']) => ({ tag, resolve: (text: string) => ({ [key]: text }) }));
/** Functions with a list of arguments: what matters here is what these refer to. */
const long = ['!Equals', '!Not', '!If'].map((tag) => ({
  tag,
  collection: 'seq' as const,
  resolve: (list: YAMLMap.Parsed | YAMLSeq.Parsed) => list,
}));
const customTags = [...short, ...long];

/** The templates of the guides. */
export const templateNames = [
  'access-log',
  'logging-role',
  'sqs',
  'vpc-link',
  'http',
  'lambda',
  'dynamodb',
  'member-role',
] as const;

/** Reads a template of the wiring guide; throws when it is no good YAML or uses a function that is not known here. */
export function readTemplate(name: (typeof templateNames)[number]): Template {
  const document = parseDocument(readFileSync(`${docs}wiring/${name}.yaml`, 'utf8'), { customTags });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new Error(`${name}.yaml cannot be read`, { cause: problem });
  return document.toJS() as Template;
}

/** Everything that a value refers to: `Name`, or `Name.Attribute`. */
export function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => {
    if (key === 'Ref' || key === 'Fn::GetAtt') return [String(below)];
    if (key !== 'Fn::Sub') return references(below);
    return [...String(below).matchAll(/\$\{([^!}]+)\}/g)].map(([, name]) => name ?? '');
  });
}

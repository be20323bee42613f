import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema, type JsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { warningsOf } from '../../src/config/warnings.ts';
import { CERTIFICATE } from '../support/certificate.ts';

const text = readFileSync(new URL('../../config/exporter.example.yaml', import.meta.url), 'utf8');

/** The example with what it says of things without a default: each replaces the default that stands before it. */
function withExamples(): string {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const [, indent = '', example] = /^(\s*)#: (.*)$/.exec(line) ?? [];
    if (example === undefined) lines.push(line);
    else {
      const [key = ''] = /^\w+:/.exec(example) ?? [];
      const replaced = lines.findLastIndex((before) => before.startsWith(`${indent}${key}`));
      if (key !== '' && replaced >= 0) lines.splice(replaced, 1);
      lines.push(indent + example);
    }
  }
  return lines.join('\n');
}

/** The keys that none of these values has, and the kinds of mapping of which none is one. */
function missingKeys(schema: JsonSchema, values: readonly unknown[], path = ''): string[] {
  const below = (key: string) =>
    values.map((value) => (value instanceof Object ? Reflect.get(value, key) : undefined)).filter(isGiven);
  if (schema.items) return missingKeys(schema.items, values.flat(), `${path}[]`);
  if (schema.oneOf) {
    return schema.oneOf.flatMap((kind) => {
      const type = kind.properties?.type?.const;
      const alike = values.filter((value) => value instanceof Object && Reflect.get(value, 'type') === type);
      return alike.length > 0 ? missingKeys(kind, alike, path) : [`${path}{${type}}`];
    });
  }
  return Object.entries(schema.properties ?? {}).flatMap(([key, of]) =>
    below(key).length === 0 ? [`${path}.${key}`] : missingKeys(of, below(key), `${path}.${key}`),
  );
}

const isGiven = (value: unknown) => value !== undefined;

test('the example shows every default as it is', () => {
  const readFile = () => '';
  expect(loadConfig({ text, readFile })).toEqual(loadConfig({ readFile }));
});

test('the example shows every key', () => {
  // What the other sources of discovered stages hold is shown with the endpoints.
  const others = ['intake', 'access_log', 'sqs', 'file'].map((type) => `.websocket.discover_source{${type}}`);
  expect(missingKeys(configJsonSchema(), [parse(withExamples())])).toEqual(others);
});

const readFile = (path: string) => (path.endsWith('ca.pem') ? CERTIFICATE : 'content');

test('the examples of what has no default are good', () => {
  const result = loadConfig({ text: withExamples(), readFile });
  expect(result).toMatchObject({
    config: {
      targets: [{ name: 'network', external_id: 'example', account_id: '111122223333' }],
      aws: {
        endpoint_url: 'http://localhost:4566',
        endpoint_urls: { sts: 'https://sts.eu-west-1.amazonaws.com' },
      },
      client_vpn: { identity: 'hash', tags: { environment: 'production' }, filters: [{ name: 'username' }] },
      websocket: {
        endpoints: [
          { target: 'network', source: { type: 'dynamodb', expires_at: 'ttl' } },
          { region: 'eu-west-1', source: { type: 'intake', api_id: 'f6g7h8i9j0' } },
          { source: { type: 'file', path: resolve('ids.jsonl') } },
          { source: { type: 'access_log', log_group: '/ws/access', poll: 15_000, overlap: 180_000 } },
          { source: { type: 'sqs', stage: 'prod' } },
        ],
        discover_source: { type: 'dynamodb', table: 'connections-{api_id}-{stage}' },
      },
      intake: { token_file: resolve('intake.token') },
    },
  });
});

test('the examples also go together when they are switched on', () => {
  const text = withExamples().replace(/^((?:websocket|intake):\n {2}enabled: )false/gm, '$1true');
  const result = loadConfig({ text, readFile });
  expect(result).toMatchObject({ config: { websocket: { enabled: true }, intake: { enabled: true } } });
  expect('config' in result && warningsOf(result.config)).toEqual([]);
});

test('editors find the schema beside the example', () => {
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./exporter.schema.json');
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema, type JsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';

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

function missingKeys(schema: JsonSchema, data: unknown, path = ''): string[] {
  if (schema.items) return missingKeys(schema.items, Array.isArray(data) ? data[0] : undefined, `${path}[]`);
  return Object.entries(schema.properties ?? {}).flatMap(([key, below]) => {
    const value = data instanceof Object ? Reflect.get(data, key) : undefined;
    return value === undefined ? [`${path}.${key}`] : missingKeys(below, value, `${path}.${key}`);
  });
}

test('the example shows every default as it is', () => {
  const readFile = () => '';
  expect(loadConfig({ text, readFile })).toEqual(loadConfig({ readFile }));
});

test('the example shows every key', () => {
  expect(missingKeys(configJsonSchema(), parse(withExamples()))).toEqual([]);
});

test('the examples of what has no default are good', () => {
  const result = loadConfig({ text: withExamples(), readFile: () => 'content' });
  expect(result).toMatchObject({
    config: {
      targets: [{ name: 'network', external_id: 'example', account_id: '111122223333' }],
      aws: {
        endpoint_url: 'http://localhost:4566',
        endpoint_urls: { sts: 'https://sts.eu-west-1.amazonaws.com' },
      },
      client_vpn: { identity: 'hash', tags: { environment: 'production' }, filters: [{ name: 'username' }] },
    },
  });
});

test('editors find the schema beside the example', () => {
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./exporter.schema.json');
});

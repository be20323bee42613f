import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { warningsOf } from '../../src/config/warnings.ts';
import { templateNames } from './cloudformation.ts';
import { blocks, docs, page } from './page.ts';

const yaml = blocks('yaml');
const configurations = yaml.filter((block) => /^websocket:/m.test(block));
const rules = yaml.filter((block) => /^groups:/m.test(block));
const extracts = yaml.filter((block) => !configurations.includes(block) && !rules.includes(block));

test('the page shows a configuration for each way in', () => {
  const types = configurations.flatMap((text) =>
    [...text.matchAll(/\btype: (\w+)/g)].map(([, type]) => type),
  );
  expect(new Set(types)).toEqual(new Set(['access_log', 'sqs', 'intake', 'dynamodb']));
});

test.each(configurations)('configuration %# of the page loads', (text) => {
  const result = loadConfig({ text, readFile: () => 'token' });
  expect(result).toMatchObject({ config: { websocket: { enabled: true } } });
  if ('config' in result) expect(warningsOf(result.config)).toEqual([]);
});

test.each(extracts)('a template has extract %# of the page', (extract) => {
  const templates = templateNames.map((name) => readFileSync(`${docs}wiring/${name}.yaml`, 'utf8'));
  expect(templates.some((template) => template.includes(extract))).toBe(true);
});

test('the policy of the page is that of the template, for one API', () => {
  const [policy = ''] = blocks('json');
  expect(JSON.parse(policy)).toMatchObject({
    Statement: [
      {
        Action: 'execute-api:ManageConnections',
        Resource: expect.stringMatching(
          /^arn:aws:execute-api:[\w-]+:\d{12}:\w+\/\w+\/GET\/@connections\/\*$/,
        ),
      },
    ],
  });
});

test('relative links lead somewhere', () => {
  const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link ?? '');
  const files = links.filter((link) => !/^(?:https:|#)/.test(link));
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => !existsSync(docs + file.replace(/#.*/, '')))).toEqual([]);
});

test('links within the page lead to a heading', () => {
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
  const anchors = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
  expect(anchors.length).toBeGreaterThan(0);
  expect(headings).toEqual(expect.arrayContaining(anchors));
});

test('metrics have the names that the exporter gives them', () => {
  const known = new Set(readFileSync(`${docs}metrics.md`, 'utf8').match(/\baws_\w+/g));
  const named = page.match(/(?<!:)\baws_(?:websocket|connections_exporter)_\w+/g) ?? [];
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Family, Sample } from '../../src/core/family.ts';
import { Histogram, histogramSamples } from '../../src/core/histogram.ts';
import { Tally } from '../../src/core/tally.ts';
import { toPieces } from '../../src/exposition/forms.ts';
import { createProcessMetrics } from '../../src/exposition/process-metrics.ts';
import { renderFamilies } from '../../src/exposition/render.ts';
import { needs, programPath } from '../support/programs.ts';

function family(name: string, samples: () => Iterable<Sample>, type: Family['type'] = 'gauge'): Family {
  return { name, help: `Help of ${name}.`, type, labelNames: ['user'], samples };
}

function toUser(user: string, value = 1): Sample {
  return { labels: { user }, value };
}

function toLine(
  name: string,
  { scope = {}, labels }: { scope: Sample['scope'] | undefined; labels: Sample['labels'] },
  value: number,
): string {
  const written = [...Object.entries(scope), ...Object.entries(labels)].map(
    ([label, text]) => `${label}="${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`,
  );
  const number = String(value)
    .replace(/Infinity/, 'Inf')
    .replace(/^Inf/, '+Inf');
  return `${name}${written.length > 0 ? `{${written.join(',')}}` : ''} ${number}`;
}

async function text(families: readonly Family[], errors: string[] = []): Promise<string> {
  const rendered = await renderFamilies(families, {
    onFamilyError: (name, error) => errors.push(`${name}: ${error}`),
  });
  return Buffer.concat(toPieces(rendered, 'text')).toString();
}

test('families come out in text format 0.0.4, one after the other', async () => {
  const requests = new Tally('requests_total', 'Requests.', ['api', 'result']);
  requests.add({ api: 'ec2', result: 'ok' }, 3);
  const histogram = new Histogram([0.5, 10]);
  for (const value of [0.1, 5, 7, 60]) histogram.observe(value);
  const duration: Family = {
    name: 'duration_seconds',
    help: 'A backslash \\ and\na new line.',
    type: 'histogram',
    labelNames: ['region'],
    samples: () => histogramSamples({ region: 'eu-west-1' }, [0.5, 10], histogram.state()),
  };
  expect(await text([requests, duration, family('empty', () => [])])).toBe(
    [
      '# HELP requests_total Requests.',
      '# TYPE requests_total counter',
      'requests_total{api="ec2",result="ok"} 3',
      '# HELP duration_seconds A backslash \\\\ and\\na new line.',
      '# TYPE duration_seconds histogram',
      'duration_seconds_bucket{region="eu-west-1",le="0.5"} 1',
      'duration_seconds_bucket{region="eu-west-1",le="10"} 3',
      'duration_seconds_bucket{region="eu-west-1",le="+Inf"} 4',
      'duration_seconds_sum{region="eu-west-1"} 72.1',
      'duration_seconds_count{region="eu-west-1"} 4',
      '',
    ].join('\n'),
  );
});

test('nothing at all is an empty text', async () => {
  expect(await text([])).toBe('');
});

test.each([
  ['a quote', 'O"Neil', 'O\\"Neil'],
  ['a backslash', 'CORP\\alice', 'CORP\\\\alice'],
  ['a backslash at the end', 'alice\\', 'alice\\\\'],
  ['a new line', 'a\nb', 'a\\nb'],
  ['a literal backslash n', 'a\\nb', 'a\\\\nb'],
  ['a brace, a comma, an equals sign', 'a}b,c="d', 'a}b,c=\\"d'],
  ['nothing', '', ''],
  ['other scripts', 'Žofie 王芳 🦊', 'Žofie 王芳 🦊'],
  ['what looks like a value', 'x Nan\r\u2028', 'x Nan\r\u2028'],
])('a label value with %s', async (_, value, escaped) => {
  const lines = (await text([family('users', () => [toUser(value), toUser('n', Number.NaN)])])).split('\n');
  expect(lines.slice(2)).toEqual([`users{user="${escaped}"} 1`, 'users{user="n"} NaN', '']);
});

test.each([
  [Number.NaN, 'NaN'],
  [Infinity, '+Inf'],
  [-Infinity, '-Inf'],
  [-0, '0'],
  [1e21, '1e+21'],
  [2 ** 53, '9007199254740992'],
  [0.1, '0.1'],
])('the value %f is written %s', async (value, written) => {
  expect((await text([family('value', () => [toUser('u', value)])])).split('\n')[2]).toBe(
    `value{user="u"} ${written}`,
  );
});

test('label values that join to the same string stay two series', async () => {
  const tally = new Tally('joined_total', 'Joined.', ['a', 'b']);
  tally.add({ a: '1,b:2', b: '3' });
  tally.add({ a: '1', b: '2,b:3' }, 5);
  expect((await text([tally])).split('\n').slice(2)).toEqual([
    'joined_total{a="1,b:2",b="3"} 1',
    'joined_total{a="1",b="2,b:3"} 5',
    '',
  ]);
});

test('any label value can be read back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), async (users) => {
      const output = await text([family('users', () => users.map((user) => toUser(user)))]);
      const lines = output.split('\n').slice(2, -1);
      const read = lines.map((line) => {
        const quoted = /^users\{user="(.*)"\} 1$/s.exec(line)?.[1] ?? 'unreadable';
        return quoted.replace(/\\(.)/gs, (_, character) => (character === 'n' ? '\n' : character));
      });
      expect(read).toEqual(users);
    }),
  );
});

test('a line is the same whatever stands before it', async () => {
  const label = fc.constantFrom('a', 'b', 'c');
  const value = fc.oneof(
    fc.constantFrom('', 'x', 'xy', '"', '\\', 'é', '王芳', 'x'.repeat(250)),
    fc.string({ unit: 'grapheme' }),
  );
  const labels = fc.dictionary(label, value, { noNullPrototype: true });
  const number = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.maxSafeNat(),
    fc.constantFrom(-0, 2 ** 53, 2 ** 53 - 1, 2 ** 53 - 23, 999_999, 1e9 - 1, 1e9, 2 ** 31 * 1e6, 1e21),
  );
  const sample = fc.record({ labels, number, suffix: fc.constantFrom(undefined, '_sum', '_count') });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ scope: fc.option(labels, { nil: undefined }), samples: fc.array(sample) })),
      fc.constantFrom(1, 100),
      async (groups, times) => {
        const samples = groups.flatMap(({ scope, samples }) =>
          samples.map(
            ({ labels, number, suffix }): Sample => ({
              labels,
              value: number,
              ...(scope && { scope }),
              ...(suffix && { suffix }),
            }),
          ),
        );
        const all = Array.from({ length: times }, () => samples).flat();
        const [, , ...lines] = (await text([family('users', () => all)])).split('\n');
        const alone = all.map(({ scope, labels, value, suffix = '' }) =>
          toLine(`users${suffix}`, { scope, labels }, value),
        );
        expect(lines.slice(0, -1)).toEqual(alone);
      },
    ),
  );
});

test('a family that throws is left out whole and reported, and the others are there', async () => {
  const errors: string[] = [];
  const broken = family('broken', function* () {
    yield toUser('alice');
    throw new Error('no more');
  });
  const unprintable = family('unprintable', () => [toUser(Symbol('alice') as unknown as string)]);
  const output = await text(
    [family('first', () => [toUser('a')]), broken, unprintable, family('last', () => [toUser('b')])],
    errors,
  );
  expect(output.split('\n')).toEqual([
    '# HELP first Help of first.',
    '# TYPE first gauge',
    'first{user="a"} 1',
    '# HELP last Help of last.',
    '# TYPE last gauge',
    'last{user="b"} 1',
    '',
  ]);
  expect(errors).toEqual([
    'broken: Error: no more',
    'unprintable: TypeError: Cannot convert a Symbol value to a string',
  ]);
});

test('all samples are of the moment of the call, however long the rendering takes', async () => {
  const counter = new Tally('counted_total', 'Counted.', ['user']);
  counter.add({ user: 'alice' });
  const many = family('many', () => Array.from({ length: 10_000 }, (_, index) => toUser(`user ${index}`)));
  const output = text([many, counter]);
  counter.add({ user: 'alice' });
  counter.add({ user: 'bob' });
  expect((await output).split('\n').slice(-3)).toEqual([
    '# TYPE counted_total counter',
    'counted_total{user="alice"} 1',
    '',
  ]);
});

test('a large family has one header, all its series in order, and lets others go in between', async () => {
  let turns = 0;
  let done = false;
  const turn = () => {
    turns += 1;
    if (!done) setImmediate(turn);
  };
  setImmediate(turn);
  const output = await text([
    family('large', () => Array.from({ length: 5_001 }, (_, index) => toUser(`user ${index}`, index))),
  ]);
  done = true;
  const lines = output.split('\n');
  expect(lines).toHaveLength(2 + 5_001 + 1);
  expect(lines.slice(0, 2)).toEqual(['# HELP large Help of large.', '# TYPE large gauge']);
  for (const [index, line] of lines.slice(2, -1).entries())
    expect(line).toBe(`large{user="user ${index}"} ${index}`);
  expect(turns).toBeGreaterThanOrEqual(2);
});

test('process metrics are those of prom-client, without misnamed ones and without what was not measured', async () => {
  const metrics = createProcessMetrics({ onFamilyError: () => {} });
  const output = Buffer.concat(toPieces(await metrics.render(), 'text')).toString();
  expect(output).toMatch(/^process_cpu_seconds_total [0-9.]+$/m);
  expect(output).toMatch(/^nodejs_version_info\{version="v/m);
  expect(output).not.toMatch(/nodejs_active_\w+_total/);
  expect(output).not.toMatch(/ (Nan|NaN|9223372036\.\d+)$/m);
  expect(output).not.toContain('\n\n');
  expect(metrics.families.map(({ name }) => name)).toContain('process_cpu_seconds_total');
});

needs('promtool')('promtool has nothing to say about process metrics and odd label values', async () => {
  const odd = ['O"Neil', 'CORP\\alice', 'a\nb', '', 'Žofie 王芳 🦊', 'a\rb', '\u2028', '{}', '\u0000'];
  const families = await renderFamilies([family('connected_users', () => odd.map((user) => toUser(user)))], {
    onFamilyError: () => {},
  });
  const input = Buffer.concat(
    toPieces([...families, ...(await createProcessMetrics({ onFamilyError: () => {} }).render())], 'text'),
  );
  const { status, stderr } = spawnSync(programPath('promtool'), ['check', 'metrics', '--extended'], {
    input,
  });
  expect(stderr.toString()).toBe('');
  expect(status).toBe(0);
});

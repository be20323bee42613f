import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { openAws, resolveTargets } from '../../src/app/aws.ts';
import { Calls } from '../../src/aws/calls.ts';
import { type DomainKey, domains, eachDomain } from '../../src/collectors/index.ts';
import { configJsonSchema, type JsonSchema } from '../../src/config/json-schema.ts';
import type { Logger } from '../../src/core/logger.ts';
import { markedKeys } from '../../src/fields/marks.ts';
import type { Domain, Section } from '../../src/polling/domain.ts';
import { HOME, type Sections } from '../support/configuration.ts';
import { startRig, until } from '../support/exporter.ts';
import { type Kind, kinds } from '../support/kinds.ts';

/** What must hold for a domain whatever it is about; what is proved here is not proved again in its own tests. */
const every = eachDomain((key, domain) => [key, domain] as unknown as readonly [DomainKey, Domain<Section>]);
const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => SILENT };

const each = every.map(([key, domain]) => ({ key, domain, kind: kinds[key] }));

test.each(each)('$key: how it is tried is told', ({ key, kind }) => {
  expect(kind, `test/support/kinds.ts has no ${key}`).toBeDefined();
});

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test.each(each)('$key: its name, its key and the folder that it stands in are one', ({ key, domain }) => {
  expect(domain.name.replaceAll('-', '_')).toBe(key);
  expect(read(`src/collectors/${domain.name}/index.ts`)).toContain('config');
  expect(domain.title).toMatch(/^[A-Z]/);
  expect(domain.counted).toMatch(/^[a-z]+$/);
});

test.each(each)(
  '$key: its section has the keys that every section has, and is in the example',
  ({ key, domain }) => {
    expect(domain.config.parse({})).toMatchObject({
      enabled: expect.any(Boolean),
      schedule: expect.any(String),
      timeout: expect.any(Number),
      stale_after: expect.any(Number),
    });
    expect(parse(read('config/exporter.example.yaml')), 'config/exporter.example.yaml').toHaveProperty([
      key,
      'enabled',
    ]);
    expect(configJsonSchema().properties?.[key]?.description).toMatch(/^\S.*\.$/);
  },
);

test.each(each)(
  '$key: every key that is called as a file or a secret is marked as one',
  ({ key, domain }) => {
    const marked = markedKeys(domain.config);
    const wanted = (pattern: RegExp) =>
      keysOf(configJsonSchema().properties?.[key] ?? {}).filter((keys) => pattern.test(keys));
    const files = marked.filter(({ file }) => file !== undefined).map(({ keys }) => keys.join('.'));
    expect(files).toEqual(expect.arrayContaining(wanted(/(_file|path|_bundle)$/)));
    const secrets = marked.filter(({ secret }) => secret).map(({ keys }) => keys.join('.'));
    expect(secrets).toEqual(expect.arrayContaining(wanted(/(secret|password|external_id|token|psk)$/)));
  },
);

test.each(each)(
  '$key: the switches that its documents name are in its section, and off',
  ({ key, domain }) => {
    for (const path of domain.docs.optIn) {
      const value = path
        .split('.')
        .reduce<unknown>(
          (at, one) => (at instanceof Object ? Reflect.get(at, one) : undefined),
          domain.config.parse({}),
        );
      expect(value, `${key}.${path}`).toBe(false);
    }
    expect(domain.config.safeParse(domain.docs.everything).success).toBe(true);
  },
);

test.each(each)(
  '$key: every family has its prefix and the labels of its endpoint, and is documented',
  async ({ key, domain }) => {
    const rig = await startRig({ ...off(key), [key]: { ...domain.docs.everything, ...switchesOn(domain) } });
    const prefix = `aws_${key}_`;
    const families = rig.exporter
      .families()
      .filter(({ name }) => name.startsWith('aws_') && !name.startsWith('aws_connections_exporter_'));
    expect(families.filter(({ name }) => !name.startsWith(prefix)).map(({ name }) => name)).toEqual([]);
    expect(families.map(({ name }) => name)).toEqual(
      expect.arrayContaining([`${prefix}up`, `${prefix}last_success_timestamp_seconds`]),
    );
    const documented = read('docs/metrics.md');
    for (const { name, labelNames, help } of families) {
      expect(labelNames.slice(0, 3)).toEqual(['account_id', 'region', 'endpoint_id']);
      expect(documented).toContain(`\`${name}\``);
      expect(help).toMatch(/\.$/);
    }
  },
);

test.each(each)('$key: what can be rejected is counted from 0 on', async ({ key, domain, kind }) => {
  const { rig } = await start(key, kind);
  const rejected = (await rig.metrics()).by('field', 'aws_connections_exporter_records_rejected_total', {
    collector: domain.name,
  });
  expect(rejected).toEqual(Object.fromEntries(domain.rejectable.map((field) => [field, 0])));
});

test.each(each)('$key: what check asks AWS for is what the policy allows', async ({ key, domain, kind }) => {
  const { rig } = await start(key, kind);
  expect(await rig.pass()).toBe(true);
  const { config } = rig.exporter;
  const targets = await resolveTargets(config);
  const aws = openAws(config, { clock: rig.clock, calls: new Calls(rig.clock), logger: SILENT });
  const asked = new Map<string, string>();
  for (const target of targets)
    for await (const { action, answer } of domain.ask(
      { config: config[key], house: config, targets, aws },
      target,
      new AbortController().signal,
    ))
      asked.set(action, answer);
  aws.close();
  const places = targets.map(({ name, region }) => ({
    name,
    region,
    accountId: HOME.accountId,
    partition: 'aws',
  }));
  const needed = domain.permissions(config[key], places);
  for (const { action, condition = {} } of needed)
    for (const name of Object.values(condition).flatMap(Object.keys))
      expect(['aws', action.split(':')[0]], `the condition of ${action}`).toContain(name.split(':')[0]);
  const allowed = needed.map(({ action }) => action);
  expect([...asked.keys()].sort()).toEqual([...new Set(allowed)].sort());
  expect([...asked.values()].filter((answer) => answer !== 'allowed' && answer !== 'not asked')).toEqual([]);
});

test.each(each)(
  '$key: a target that fails keeps its last numbers, as not up, and every fault is told once',
  async ({ key, kind }) => {
    const { rig, lines } = await start(key, kind);
    expect(await rig.pass()).toBe(true);
    const before = await lines();
    expect(before.filter((line) => line.startsWith(`aws_${key}_up{`)).map((line) => line.at(-1))).toEqual([
      '1',
    ]);
    rig.simulator.failNext(Number.POSITIVE_INFINITY, 'denied');
    for (let n = 0; n < 3; n += 1) expect(await rig.pass()).toBe(false);
    const during = await lines();
    expect(during.map((line) => line.replace(/^(aws_\w+_up\{.*\}) 0$/, '$1 1'))).toEqual(before);
    expect(during.filter((line) => /^aws_\w+_up\{.*\} 0$/.test(line))).toHaveLength(1);
    expect(
      (await rig.metrics()).value('aws_connections_exporter_target_up', { collector: domains[key].name }),
    ).toBe(0);
    const errors = rig.log
      .filter((line) => line.includes('level=ERROR'))
      .map((line) => line.replace(/^time=\S+ /, ''));
    expect(errors.length).toBeGreaterThan(1);
    expect(new Set(errors).size).toBe(errors.length);
    expect(errors.filter((line) => line.includes('Pass failed'))).toHaveLength(1);
    rig.simulator.clearFaults();
    expect(await rig.pass()).toBe(true);
    expect((await lines()).filter((line) => /^aws_\w+_up\{.*\} 0$/.test(line))).toEqual([]);
  },
);

test.each(each)(
  '$key: gauges of a stale endpoint vanish; what is no gauge of a pass stays',
  async ({ key, kind }) => {
    const { rig, lines } = await start(key, kind, {
      schedule: '*/30 * * * * *',
      timeout: '30s',
      stale_after: '2m',
    });
    expect(await rig.pass()).toBe(true);
    const before = await lines();
    const stays = new RegExp(
      `^aws_${key}_(up|last_success_timestamp_seconds|\\w+_(total|bucket|sum|count))\\{`,
    );
    await rig.clock.advance(120_000);
    expect(await lines()).toEqual(before);
    await rig.clock.advance(1);
    await until(async () => (await lines()).every((line) => stays.test(line)));
    const after = await lines();
    expect(after).toEqual(before.filter((line) => stays.test(line)));
    expect(after.length).toBeLessThan(before.length);
  },
);

test.each(each)(
  '$key: a pass that is broken off changes nothing that it did not finish, and counts as none',
  async ({ key, kind }) => {
    const { rig, lines, sections } = await start(key, kind);
    expect(await rig.pass()).toBe(true);
    const before = await lines();
    rig.simulator.failNext(Number.POSITIVE_INFINITY, 'hang');
    const asked = rig.simulator.requests().length;
    const pass = rig.pass();
    while (rig.simulator.requests().length === asked) await new Promise((resolve) => setImmediate(resolve));
    // A reload breaks it off, keeps what is published, and begins another, which hangs as well.
    expect((await rig.reload(sections)).status).toBe(200);
    expect(await pass).toBe(false);
    expect(await lines()).toEqual(before);
    const metrics = await rig.metrics();
    expect(metrics.value('aws_connections_exporter_passes_total')).toBe(1);
    expect(metrics.value('aws_connections_exporter_passes_failed_total')).toBe(0);
    expect(rig.log.filter((line) => line.includes('level=ERROR'))).toEqual([]);
    rig.simulator.clearFaults();
  },
);

test.each(each)(
  '$key: what a reload takes out of the configuration is gone at once',
  async ({ key, kind }) => {
    const { rig, lines, sections } = await start(key, kind);
    expect(await rig.pass()).toBe(true);
    rig.simulator.failNext(Number.POSITIVE_INFINITY, 'hang');
    expect((await rig.reload({ ...sections, ...kind.elsewhere })).status).toBe(200);
    expect((await lines()).filter((line) => line.includes(`region="${HOME.region}"`))).toEqual([]);
    rig.simulator.clearFaults();
  },
);

/** A rig of one domain with one endpoint, and the samples of that domain. */
async function start(key: DomainKey, kind: Kind, own: object = {}) {
  const sections: Sections = { ...off(key), ...kind.sections };
  const all = { ...sections, [key]: { enabled: true, ...kind.sections[key], ...own } };
  const rig = await startRig(all);
  await kind.populate(rig);
  const lines = async () => {
    const { text } = await rig.get('/metrics');
    return text.split('\n').filter((line) => line.startsWith(`aws_${key}_`) && !kind.moves.test(line));
  };
  return { rig, lines, sections: all };
}

/** Every other domain, switched off. */
function off(key: DomainKey): Sections {
  return Object.fromEntries(every.flatMap(([other]) => (other === key ? [] : [[other, { enabled: false }]])));
}

function switchesOn({ docs }: Domain<Section>): object {
  return Object.fromEntries(
    docs.optIn.map((path) => path.split('.')).map(([at = '', name = '']) => [at, { [name]: true }]),
  );
}

/** Every key of a section, with those of the mappings below it. */
function keysOf(schema: JsonSchema, path: readonly string[] = []): readonly string[] {
  const below = (of: JsonSchema, key: string) => keysOf(of, [...path, key]);
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, of]) => [
      [...path, key].join('.'),
      ...below(of, key),
    ]),
    ...(schema.items ? below(schema.items, '*') : []),
    ...(schema.oneOf ?? []).flatMap((of) => keysOf(of, path)),
  ];
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Family, FamilyType, Sample } from '../../src/core/family.ts';
import { Histogram, histogramSamples } from '../../src/core/histogram.ts';
import { END, toPieces } from '../../src/exposition/forms.ts';
import { createProcessMetrics } from '../../src/exposition/process-metrics.ts';
import { renderFamilies } from '../../src/exposition/render.ts';
import { negotiate } from '../../src/server/accept.ts';
import { type Judge, type Judged, openJudge } from '../support/judges.ts';
import { needs } from '../support/programs.ts';

const JUDGES = ['prometheus-judge', 'openmetrics-python'] as const;

interface Both {
  readonly text: string;
  readonly openmetrics: string;
}

async function render(families: readonly Family[], errors: string[] = []): Promise<Both> {
  const rendered = await renderFamilies(families, {
    onFamilyError: (name, error) => errors.push(`${name}: ${error}`),
  });
  const written = (form: 'text' | 'openmetrics') =>
    Buffer.concat([...toPieces(rendered, form), Buffer.from(END[form])]).toString();
  return { text: written('text'), openmetrics: written('openmetrics') };
}

function family(name: string, type: FamilyType, help: string, samples: () => Iterable<Sample>): Family {
  return { name, type, help, labelNames: [], samples };
}

const TYPES = {
  text: negotiate('text/plain').contentType,
  openmetrics: negotiate('application/openmetrics-text;version=1.0.0').contentType,
};

/** What the judge reads in both forms, which must be the same samples. */
async function readBoth(judge: Judge, { text, openmetrics }: Both) {
  const read = await judge.read(TYPES.openmetrics, openmetrics);
  expect(read.samples).toEqual((await judge.read(TYPES.text, text)).samples);
  return read;
}

/** A sample as every judge gives it: Prometheus has no labels that are empty, and one spelling of `le`. */
function normal([name, labels, value]: Judged['samples'][number]): Judged['samples'][number] {
  const told = Object.entries(labels).filter(([, text]) => text !== '');
  return [
    name,
    Object.fromEntries(told.map(([key, text]) => [key, key === 'le' ? String(Number(text)) : text])),
    value + 0,
  ];
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'a\\"\n{},= #\r') }),
);
const anyLabels = fc.record({ user: anyText, note: anyText });
const anySize = fc.double({ min: 0, noNaN: true });

const anyFamily = fc
  .record({
    type: fc.constantFrom<FamilyType>('gauge', 'counter', 'histogram'),
    unit: fc.constantFrom('', '_bytes', '_seconds', '_timestamp_seconds', '_ratio', '_packets', '_info'),
    help: anyText,
    series: fc.array(fc.record({ labels: anyLabels, any: fc.double(), size: anySize }), { maxLength: 5 }),
  })
  .map(({ type, unit, help, series }) => (number: number) => {
    const name = `family_${number}${unit}${type === 'counter' ? '_total' : ''}`;
    const samples = series.flatMap(({ labels, any, size }, index): readonly Sample[] => {
      const own = { ...labels, index: String(index) };
      if (type !== 'histogram') return [{ labels: own, value: type === 'gauge' ? any : size }];
      const histogram = new Histogram([1, 10]);
      histogram.observe(size);
      return [...histogramSamples(own, [1, 10], histogram.state())];
    });
    return family(name, type, help, () => samples);
  });
const anyFamilies = fc.array(anyFamily, { maxLength: 5 }).map((made) => made.map((make, n) => make(n)));

/** The help of every family that has samples, by the name of the family. */
function helps(families: readonly Family[]): readonly (readonly [string, string])[] {
  const shown = families.filter(({ samples }) => [...samples()].length > 0);
  return shown.map(({ name, help }) => [name.replace(/_total$/, ''), help]);
}

function expected(families: readonly Family[]): readonly Judged['samples'][number][] {
  return families.flatMap(({ name, samples }) =>
    Array.from(samples(), ({ suffix = '', labels, value }) => normal([name + suffix, labels, value])),
  );
}

test('in OpenMetrics the family is named without _total, with its unit, its help escaped, and the end is said', async () => {
  const histogram = new Histogram([0.5, 10]);
  histogram.observe(7);
  const families = [
    family('sent_bytes_total', 'counter', 'Sent "bytes",\nC:\\vpn.', () => [
      { labels: { user: 'O"Neil' }, value: 3 },
    ]),
    family('sent_packets_total', 'counter', 'Packets.', () => [{ labels: {}, value: 1 }]),
    family('duration_seconds', 'histogram', 'Took.', () =>
      histogramSamples({}, [0.5, 10], histogram.state()),
    ),
    family('build_info', 'gauge', 'Built.', () => [{ labels: { version: '1' }, value: Number.NaN }]),
    family('none', 'gauge', 'None.', () => []),
  ];
  expect((await render(families)).openmetrics).toBe(
    [
      '# TYPE sent_bytes counter',
      '# UNIT sent_bytes bytes',
      '# HELP sent_bytes Sent \\"bytes\\",\\nC:\\\\vpn.',
      'sent_bytes_total{user="O\\"Neil"} 3',
      '# TYPE sent_packets counter',
      '# HELP sent_packets Packets.',
      'sent_packets_total 1',
      '# TYPE duration_seconds histogram',
      '# UNIT duration_seconds seconds',
      '# HELP duration_seconds Took.',
      'duration_seconds_bucket{le="0.5"} 0',
      'duration_seconds_bucket{le="10"} 1',
      'duration_seconds_bucket{le="+Inf"} 1',
      'duration_seconds_sum 7',
      'duration_seconds_count 1',
      '# TYPE build_info gauge',
      '# HELP build_info Built.',
      'build_info{version="1"} NaN',
      '# EOF',
      '',
    ].join('\n'),
  );
});

test('nothing at all is an end', async () => {
  expect((await render([])).openmetrics).toBe('# EOF\n');
});

test('a family that throws is left out of both forms and reported once', async () => {
  const errors: string[] = [];
  const broken = family('broken_total', 'counter', 'Broken.', function* () {
    yield { labels: {}, value: 1 };
    throw new Error('no more');
  });
  const good = family('good', 'gauge', 'Good.', () => [{ labels: {}, value: 1 }]);
  const { text, openmetrics } = await render([broken, good], errors);
  expect(text).toBe('# HELP good Good.\n# TYPE good gauge\ngood 1\n');
  expect(openmetrics).toBe('# TYPE good gauge\n# HELP good Good.\ngood 1\n# EOF\n');
  expect(errors).toEqual(['broken_total: Error: no more']);
});

for (const name of JUDGES) {
  needs(name)(`${name} reads the same process metrics in both forms`, async () => {
    const judge = openJudge(name);
    const rendered = await createProcessMetrics({ onFamilyError: () => {} }).render();
    const written = (form: 'text' | 'openmetrics') => Buffer.concat(toPieces(rendered, form)).toString();
    const both = { text: written('text'), openmetrics: `${written('openmetrics')}# EOF\n` };
    const { samples, metadata } = await readBoth(judge, both);
    expect(samples.length).toBeGreaterThan(30);
    expect(metadata).toContainEqual(['unit', 'process_cpu_seconds', 'seconds']);
    expect(metadata).toContainEqual(['type', 'process_cpu_seconds', 'counter']);
  });

  needs(name)(`${name} refuses what is not OpenMetrics`, async () => {
    const judge = openJudge(name);
    const { openmetrics } = await render([
      family('a_bytes_total', 'counter', 'A.', () => [{ labels: {}, value: 1 }]),
    ]);
    await judge.read(TYPES.openmetrics, openmetrics);
    const broken = [
      openmetrics.replace('# EOF\n', ''),
      openmetrics.replace('# EOF\n', '\n# EOF\n'),
      openmetrics.replace('UNIT a_bytes bytes', 'UNIT a_bytes seconds'),
      `${openmetrics}a 1\n`,
    ];
    for (const body of broken) await expect(judge.read(TYPES.openmetrics, body)).rejects.toThrow(name);
  });

  needs(name)(`${name} reads the same samples in both forms of any families`, async () => {
    const judge = openJudge(name);
    await fc.assert(
      fc.asyncProperty(anyFamilies, async (families) => {
        const { samples, metadata } = await readBoth(judge, await render(families));
        expect(samples.map(normal)).toEqual(expected(families));
        // Prometheus keeps the help as it is written.
        if (name === 'prometheus-judge') return;
        const read = metadata.filter(([what]) => what === 'help').map(([, of, help]) => [of, help]);
        expect(read).toEqual(helps(families));
      }),
      { numRuns: 300 },
    );
  });
}

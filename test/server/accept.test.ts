import fc from 'fast-check';
import { expect, test } from 'vitest';
import { negotiate } from '../../src/server/accept.ts';
import { openJudge } from '../support/judges.ts';
import { needs } from '../support/programs.ts';

const TEXT = 'text/plain; version=0.0.4; charset=utf-8; escaping=';
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=';
const OLD_OPENMETRICS = 'application/openmetrics-text; version=0.0.1; charset=utf-8; escaping=';

/** What Prometheus from 3.4 on sends, by its metric_name_escaping_scheme. */
const since34 = (scheme: string) =>
  `application/openmetrics-text;version=1.0.0;escaping=${scheme};q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=${scheme};q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2`;

const BY_PROMETHEUS: readonly (readonly [version: string, accept: string, answered: string])[] = [
  [
    '2.45 to 2.48',
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    `${OPENMETRICS}underscores`,
  ],
  [
    '2.49.0, whose last weight is no weight',
    'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=2',
    `${OPENMETRICS}underscores`,
  ],
  [
    '2.49.1 to 2.55',
    'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    `${OPENMETRICS}underscores`,
  ],
  [
    '3.0 to 3.2, with a parameter twice',
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;q=0.2',
    `${OPENMETRICS}allow-utf-8`,
  ],
  [
    '3.3',
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;q=0.2',
    `${OPENMETRICS}allow-utf-8`,
  ],
  ['3.4 to 3.14', since34('allow-utf-8'), `${OPENMETRICS}allow-utf-8`],
  [
    '3.16',
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.7,application/openmetrics-text;version=0.0.1;q=0.6,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.3',
    `${OPENMETRICS}allow-utf-8`,
  ],
  ['3.4 to 3.14 with underscores', since34('underscores'), `${OPENMETRICS}underscores`],
  ['3.4 to 3.14 with dots', since34('dots'), `${OPENMETRICS}dots`],
  ['3.4 to 3.14 with values', since34('values'), `${OPENMETRICS}values`],
  [
    '2.45 to 2.48 with native histograms',
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    `${OPENMETRICS}underscores`,
  ],
  [
    '3.4 to 3.14 with native histograms',
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
    `${OPENMETRICS}allow-utf-8`,
  ],
  ['3, told to scrape text 0.0.4', 'text/plain;version=0.0.4;q=0.6,*/*;q=0.5', `${TEXT}underscores`],
  [
    '3, told to scrape text 1.0.0, which we do not speak',
    'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,*/*;q=0.5',
    `${TEXT}underscores`,
  ],
  [
    '3, told to scrape OpenMetrics 0.0.1',
    'application/openmetrics-text;version=0.0.1;q=0.6,*/*;q=0.5',
    `${OLD_OPENMETRICS}underscores`,
  ],
];

test.each(BY_PROMETHEUS)('Prometheus %s', (_, accept, contentType) => {
  expect(negotiate(accept).contentType).toBe(contentType);
});

test.each([
  [undefined, TEXT],
  ['', TEXT],
  ['*/*', TEXT],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8', TEXT],
  ['text/plain', TEXT],
  ['text/*', TEXT],
  ['image/png', TEXT],
  ['application/openmetrics-text', OLD_OPENMETRICS],
  ['application/openmetrics-text; version=1.0.0; charset=utf-8', OPENMETRICS],
  ['application/openmetrics-text;version=2.0.0', TEXT],
  [
    'application/openmetrics-text;version=2.0.0,application/openmetrics-text;version=1.0.0;q=0.1',
    OPENMETRICS,
  ],
  ['text/plain;version=1.0.0,application/openmetrics-text;version=1.0.0;q=0.1', OPENMETRICS],
  ['application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited', TEXT],
  ['text/plain;q=0.1,application/openmetrics-text;version=1.0.0;q=0.2', OPENMETRICS],
  ['text/plain;q=0.2,application/openmetrics-text;version=1.0.0;q=0.1', TEXT],
  // Of the same weight the first is taken.
  ['text/plain;q=0.5,application/openmetrics-text;version=1.0.0;q=0.5', TEXT],
  ['application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.5', OPENMETRICS],
  // Weights that are none.
  ['application/openmetrics-text;version=1.0.0;q=abc,text/plain;q=0.1', TEXT],
  ['application/openmetrics-text;version=1.0.0;q=abc', OPENMETRICS],
  ['application/openmetrics-text;version=1.0.0;q=', OPENMETRICS],
  ['application/openmetrics-text;version=1.0.0;q=2,text/plain', OPENMETRICS],
  ['*/*;q=2,application/openmetrics-text;version=1.0.0;q=0.1', OPENMETRICS],
  // Parameters that are none, or twice.
  ['application/openmetrics-text;version=0.0.1;version=1.0.0', OPENMETRICS],
  ['application/openmetrics-text;version=1.0.0=2;;=;version', OLD_OPENMETRICS],
  [';,,;;q=1,/,=,"', TEXT],
  ['application/openmetrics-text;version=1.0.0;escaping=rot13', OPENMETRICS],
])('Accept: %s', (accept, answered) => {
  const { form, contentType } = negotiate(accept);
  expect(contentType).toBe(`${answered}underscores`);
  expect(form).toBe(answered === TEXT ? 'text' : 'openmetrics');
});

const anyClause = fc
  .record({
    media: fc.constantFrom(
      'application/openmetrics-text',
      'text/plain',
      'application/vnd.google.protobuf',
      'text/html',
      '*/*',
      'text/*',
      'text',
      '',
    ),
    parameters: fc.array(
      fc.oneof(
        fc.constantFrom('version=1.0.0', 'version=0.0.1', 'version=0.0.4', 'version=2.0.0', 'version='),
        fc.constantFrom('q=0', 'q=0.1', 'q=0.5', 'q=1', 'q=2', 'q=abc', 'q=', 'q=0.5=1'),
        fc.constantFrom(
          'escaping=allow-utf-8',
          'escaping=dots',
          'escaping=rot13',
          'charset=utf-8',
          '',
          '=',
          'q',
        ),
      ),
      { maxLength: 4 },
    ),
    space: fc.constantFrom('', ' '),
  })
  // A wildcard with a version is nobody's wish, and Prometheus' library takes it for any type.
  .filter(
    ({ media, parameters }) => !media.includes('*') || !parameters.some((one) => one.includes('version')),
  )
  .map(({ media, parameters, space }) => [media, ...parameters].join(`;${space}`));

needs('prometheus-judge')("any Accept header is answered as Prometheus' Go library answers it", async () => {
  const judge = openJudge('prometheus-judge');
  await fc.assert(
    fc.asyncProperty(fc.array(anyClause, { maxLength: 6 }), async (clauses) => {
      const accept = clauses.join(',');
      expect(negotiate(accept).contentType).toBe(await judge.negotiate(accept));
    }),
    { numRuns: 2_000 },
  );
});

needs('prometheus-judge')("the table is what Prometheus' Go library answers", async () => {
  const judge = openJudge('prometheus-judge');
  for (const [, accept, contentType] of BY_PROMETHEUS)
    expect(await judge.negotiate(accept)).toBe(contentType);
});

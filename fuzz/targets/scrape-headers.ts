import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { toExposition } from '../../test/support/exposition.ts';
import { startExporter } from '../exporter.ts';
import { type Bytes, mutated } from '../mutations.ts';
import { converse, statusesOf } from '../sockets.ts';
import { withKeys } from '../surroundings.ts';
import { createTarget } from '../target.ts';

const EMPTY = `
targets: [{name: home, regions: [eu-west-1], account_id: "111122223333"}]
client_vpn: {enabled: false}
`;

/** What Prometheus 2.45 to 3.x and others send. */
const VALUES: Readonly<Record<string, readonly Bytes[]>> = {
  Accept: [
    'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,*/*;q=0.1',
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,text/plain;version=0.0.4;q=0.3',
    'text/html,*/*',
  ],
  'Accept-Encoding': [
    'gzip',
    'gzip, deflate, br',
    'identity;q=1, *;q=0',
    'gzip;q=0',
    '*;q=0.5',
    'zstd,gzip;q=0.9',
  ],
  'X-Prometheus-Scrape-Timeout-Seconds': ['10', '0.001'],
  'User-Agent': ['Prometheus/3.5.0'],
  Range: ['bytes=0-1'],
  'If-None-Match': ['*'],
  'If-Modified-Since': ['Thu, 01 Jan 2026 00:00:00 GMT'],
};
const PIECES = [
  ...[
    ',',
    ';',
    'q=',
    '=',
    '*',
    '/',
    '"',
    '*/*',
    'gzip',
    'identity',
    ';q=1e400',
    ';q=',
    ';;;',
    ',,,',
    'q=-1',
    '0.5',
    '\t',
    '\xff',
  ],
];

type Input = readonly (readonly [name: string, value: Bytes])[];

const named = Object.entries(VALUES).map(([name, values]) => ({
  name,
  kinds: mutated(fc.constantFrom(...values), PIECES),
}));
const kinds = Object.keys(named[0]?.kinds ?? {}) as (keyof (typeof named)[number]['kinds'])[];
const inputs = Object.fromEntries(
  kinds.map((kind) => {
    const header = fc.oneof(
      ...named.map(({ name, kinds }) => kinds[kind].map((value) => [name, clean(value)] as const)),
    );
    return [kind, fc.array(header, { minLength: 1, maxLength: 4 })];
  }),
);

/** Headers of scrapes: whatever they say, there is an answer, and it is an exposition. */
export const scrapeHeaders = createTarget<Input>({
  name: 'scrape-headers',
  inputs,
  async open() {
    const release = withKeys();
    const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
    const running = await startExporter(folder, EMPTY);
    return {
      async judge(headers) {
        const lines = [
          'Host: a',
          'Connection: close',
          ...headers.map(([name, value]) => `${name}: ${value}`),
        ];
        const request = `GET /metrics HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
        const received = await converse(running.port, { pieces: [request], pauseMs: 0, ending: 'read' });
        const [status] = statusesOf(received);
        const isTooLong = lines.join('').length > 16_000;
        if (isTooLong && status === 431) return;
        if (status !== 200) throw new Error(`answered with ${status}`);
        const [head = '', ...rest] = received.split('\r\n\r\n');
        const body = Buffer.from(rest.join('\r\n\r\n'), 'latin1');
        const isZipped = /\r\ncontent-encoding: gzip/i.test(head);
        if (
          isZipped &&
          !headers.some(([name, value]) => name === 'Accept-Encoding' && /gzip|\*/i.test(value))
        )
          throw new Error('zipped, and nobody asked for it');
        const text = (isZipped ? gunzipSync(body) : body).toString();
        toExposition(text.replace(/# (EOF|UNIT .*)\n/g, ''));
      },
      async close() {
        await running.close();
        rmSync(folder, { recursive: true });
        release();
      },
    };
  },
});

/** Bytes that may stand in the value of a header. */
function clean(value: Bytes): Bytes {
  return value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '');
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Running, startExporter } from '../exporter.ts';
import { type Bytes, mutated } from '../mutations.ts';
import { type Conversation, converse, descriptors, judgeDescriptors, statusesOf } from '../sockets.ts';
import { withKeys } from '../surroundings.ts';
import { createTarget } from '../target.ts';

/** Nobody listens there: no connection id is ever known, so nobody is asked. */
const QUIET = `
targets: [{name: home, regions: [eu-west-1], account_id: "111122223333"}]
aws: {endpoint_url: "http://127.0.0.1:9", max_attempts: 1}
client_vpn: {enabled: false}
websocket:
  enabled: true
  schedule: "0 0 0 1 1 *"
  stale_after: 3y
  endpoints: [{url: "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod", source: {type: intake}}]
intake: {enabled: true, allow_unauthenticated: true, listen_address: "127.0.0.1:0"}
`;

const GET = 'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST /websocket HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello';
const REQUESTS = [
  ...[
    GET,
    POST,
    'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /runbooks/ HTTP/1.0\r\n\r\n',
    'GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n',
  ],
  ...[
    'PUT /-/reload HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
  ],
  'POST /websocket HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  'POST /metrics HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc',
];
/** What is no HTTP at all. */
const STRANGERS: readonly Bytes[] = [
  '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0',
  'PROXY TCP4 10.0.0.1 10.0.0.2 49152 10177\r\n',
  '\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\x0a\x00\x00\x01\x0a\x00\x00\x02\xc0\x00\x27\xc1',
  'SSH-2.0-x\r\n',
  '\0'.repeat(100),
  'CONNECT a:1 HTTP/1.1\r\n\r\n',
  '\r\n\r\n\r\n',
  'GET / HTTP/0.9\r\n\r\n',
];
const PIECES = [
  ...[
    '\r\n',
    '\r\n\r\n',
    '\n',
    '\r',
    ' ',
    ':',
    'HTTP/1.1',
    'HTTP/9.9',
    'Host: b\r\n',
    'Content-Length: 1\r\n',
    '%00',
    '%',
    '..',
  ],
  ...[
    'Content-Length: -1\r\n',
    'Content-Length: 99999999999999999999\r\n',
    'Transfer-Encoding: chunked\r\n',
    'ffffffffffff\r\n',
  ],
  ...[
    'Transfer-Encoding: chunked, identity\r\n',
    'Expect: 200-ok\r\n',
    'Connection: close\r\n',
    'X: \x01\r\n',
    'GET ',
    '//',
    '?',
    '#',
  ],
  ...[
    'Connection: Upgrade\r\nUpgrade: h2c\r\n',
    'TRACE ',
    'QUERY ',
    'get ',
    'http://a/',
    '*',
    '0\r\n\r\n',
    ' folded\r\n',
  ],
];

const sequence = fc
  .array(fc.constantFrom(...REQUESTS), { minLength: 1, maxLength: 4 })
  .map((all) => all.join(''));
const many = fc
  .tuple(fc.constantFrom(...REQUESTS), fc.integer({ min: 2, max: 150 }))
  .map(([one, n]) => one.repeat(n));
const oversized = fc
  .tuple(
    fc.constantFrom(
      'GET /',
      'GET / HTTP/1.1\r\nHost: a\r\nX: ',
      'POST /websocket HTTP/1.1\r\nHost: a\r\nContent-Length: 400000\r\n\r\n',
    ),
    fc.integer({ min: 10_000, max: 400_000 }),
  )
  .map(([begin, length]) => begin + 'a'.repeat(length));
const strange = fc
  .tuple(fc.constantFrom(...STRANGERS), fc.constantFrom('', GET, POST))
  .map((parts) => parts.join(''));

interface Input {
  readonly isIntake: boolean;
  readonly conversations: readonly Conversation[];
}

/** Some conversations at a time with one of the ports. */
function talks(bytes: fc.Arbitrary<Bytes>): fc.Arbitrary<Input> {
  const conversation = fc
    .tuple(
      bytes,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
      fc.constantFrom(0, 0, 1, 5),
      fc.constantFrom<Conversation['ending']>('end', 'end', 'leave', 'stay', 'unread'),
    )
    .map(
      ([whole, cuts, pauseMs, ending]): Conversation => ({ pieces: toPieces(whole, cuts), pauseMs, ending }),
    );
  return fc.record({
    isIntake: fc.boolean(),
    conversations: fc.array(conversation, { minLength: 1, maxLength: 4 }),
  });
}

const changed = Object.entries(mutated(sequence, PIECES)).map(
  ([kind, bytes]) => [kind, talks(bytes)] as const,
);

/** Both ports of an exporter, and whatever can be sent to one. */
export const http = createTarget<Input>({
  name: 'http',
  inputs: {
    ...Object.fromEntries(changed),
    pipelined: talks(many),
    oversized: talks(oversized),
    'no HTTP': talks(strange),
  },
  async open() {
    const release = withKeys();
    const before = descriptors();
    const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
    const running = await startExporter(folder, QUIET);
    return {
      async judge({ isIntake, conversations }) {
        const logged = running.log.length;
        const talking = conversations.map((one) =>
          converse(isIntake ? running.intakePort : running.port, one),
        );
        await judgeHonest(running);
        const received = await Promise.all(talking);
        for (const [index, bytes] of received.entries())
          for (const status of statusesOf(bytes))
            if (status >= 500 && status !== 501)
              throw new Error(`answered with ${status}: ${JSON.stringify(conversations[index])}`);
        const said = running.log.slice(logged).find((line) => line.includes('level=ERROR'));
        if (said !== undefined) throw new Error(said);
      },
      async close() {
        await running.close();
        rmSync(folder, { recursive: true });
        release();
        await judgeDescriptors(before);
      },
    };
  },
});

async function judgeHonest({ port }: Running): Promise<void> {
  const honest = {
    pieces: ['GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
    pauseMs: 0,
    ending: 'read',
  } as const;
  const [status] = statusesOf(await converse(port, honest));
  if (status !== 200) throw new Error(`an honest scrape beside it was answered with ${status}`);
}

function toPieces(bytes: Bytes, cuts: readonly number[]): readonly Bytes[] {
  const places = [
    0,
    ...cuts.map((cut) => Math.floor(cut * bytes.length)).sort((a, b) => a - b),
    bytes.length,
  ];
  return places.slice(1).map((to, index) => bytes.slice(places[index], to));
}

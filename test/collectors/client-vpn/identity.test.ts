import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOwnCounters } from '../../../src/app/own-families.ts';
import { Book } from '../../../src/collectors/client-vpn/book.ts';
import { createIdentity } from '../../../src/collectors/client-vpn/identity.ts';
import { createCollector } from '../../../src/collectors/client-vpn/poller.ts';
import { readIdentity, toPassOptions } from '../../../src/collectors/client-vpn/settings.ts';
import type { Source } from '../../../src/collectors/client-vpn/source.ts';
import { State } from '../../../src/collectors/client-vpn/state.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { openStorage } from '../../../src/storage/open.ts';
import { contentOf, createLedgerDesk, decode, SCOPE } from '../../support/client-vpn.ts';
import { type RawConnection, rowsOf } from '../../support/connection-rows.ts';
import { createHandClock } from '../../support/hand-clock.ts';
import { createLogBook } from '../../support/log-book.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const key = Buffer.from('a secret of this test');

test('plain shows names and addresses as they are', () => {
  const identity = createIdentity('plain', undefined);
  const { connection } = decode({ Username: 'alice', CommonName: 'laptop', ClientIp: '10.0.0.2' }, identity);
  expect(connection).toMatchObject({
    username: 'alice',
    commonName: 'laptop',
    user: 'alice',
    clientIp: '10.0.0.2',
  });
});

test('a line end, as openssl and editors write one, is no part of the key', async () => {
  const file = join(temporaryFolder(), 'key');
  const tag = async (content: string) => {
    writeFileSync(file, content);
    const loaded = loadConfig({
      text: JSON.stringify({ client_vpn: { identity: 'hash', identity_key_file: file } }),
      readFile: () => 'key',
    });
    if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
    return (await readIdentity(loaded.config.client_vpn)).tag;
  };
  const bare = await tag('5f1d a secret');
  expect(bare).toBe(createIdentity('hash', Buffer.from('5f1d a secret')).tag);
  for (const text of [
    '5f1d a secret\n',
    '5f1d a secret\r\n',
    '\ufeff5f1d a secret\r\n',
    ' 5f1d a secret\n\n',
  ])
    expect(await tag(text)).toBe(bare);
  expect(await tag('5f1d a  secret')).not.toBe(bare);
});

test('hash shows 16 hexadecimal digits of a keyed hash (HMAC-SHA-256)', () => {
  // printf alice | openssl dgst -sha256 -hmac 'a secret of this test'
  expect(createIdentity('hash', key).show('alice')).toBe('3f3b3db89cd162c1');
});

test('the same key gives the same hash in another process, another key another; and their tags tell them apart', () => {
  const [one, again, other] = [key, Buffer.from(key), Buffer.from('another')].map((bytes) =>
    createIdentity('hash', bytes),
  );
  expect(again?.show('alice')).toBe(one?.show('alice'));
  expect(again?.tag).toBe(one?.tag);
  expect(other?.show('alice')).not.toBe(one?.show('alice'));
  expect(other?.tag).not.toBe(one?.tag);
});

test('hash without a key is an error', () => {
  expect(() => createIdentity('hash', undefined)).toThrow('identity: hash needs identity_key_file');
});

test('drop shows nothing, yet tells people apart within the process, and by nothing that lasts', () => {
  const identity = createIdentity('drop', undefined);
  const { connection } = decode(
    { Username: 'alice', ClientIp: '10.0.0.2', ClientIpv6Address: '2001:db8::1' },
    identity,
  );
  const hidden = { username: undefined, commonName: undefined, clientIp: undefined, clientIpv6: undefined };
  expect(connection).toMatchObject(hidden);
  expect(identity.key('alice')).toBe(connection?.user);
  expect(identity.key('bob')).not.toBe(connection?.user);
  expect(createIdentity('drop', undefined).key('alice')).not.toBe(connection?.user);
});

test.each(['hash', 'drop'] as const)(
  'with %s a name is in no connection, in nothing on disk, in nothing that is rejected',
  async (mode) => {
    const identity = createIdentity(mode, key);
    const name = fc
      .string({ minLength: 3, maxLength: 40, unit: 'binary' })
      .map((text) => `${text}\u{1f600}é`);
    const isHidden = async (username: string, commonName: string) => {
      const desk = createLedgerDesk(new Book(SCOPE, identity.tag));
      const { connection, rejected } = decode(
        { Username: username, CommonName: commonName, IngressBytes: 'x', ConnectionEndTime: 'never' },
        identity,
      );
      if (!connection) throw new Error('the row was rejected');
      const listing = await desk.list([connection], { maxUsers: 5 });
      const shown = [connection, rejected, listing.connections, [...listing.userConnections]];
      const text = [...shown.map((one) => JSON.stringify(one)), contentOf(desk.book).toString()].join('\n');
      for (const secret of [username, commonName]) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
      }
    };
    await fc.assert(fc.asyncProperty(name, name, isHidden));
  },
);

test("AWS' own words on a connection are shown only where names are plain", () => {
  const Status = { Code: 'terminated', Message: 'Ended by alice' } as const;
  const shown = (['plain', 'hash', 'drop'] as const).map(
    (mode) => decode({ Status }, createIdentity(mode, key)).connection?.statusMessage,
  );
  expect(shown).toEqual(['Ended by alice', undefined, undefined]);
});

type Mode = 'plain' | 'hash' | 'drop';

/** All that one pass logs and shows on the status page, with a source that is partly replaced. */
async function say(mode: Mode, names: readonly string[], own: Partial<Source>): Promise<string> {
  const filters = names.length > 0 ? [{ name: 'username', values: names }] : [];
  const text = JSON.stringify({ client_vpn: { identity: mode, identity_key_file: 'key', filters } });
  const loaded = loadConfig({ text, readFile: () => 'key' });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  const clock = createHandClock();
  const logger = createLogBook();
  const storage = await openStorage('', { clock, logger });
  const source: Source = {
    accountId: async () => SCOPE.accountId,
    knownAccount: () => SCOPE.accountId,
    async *endpointPages() {
      yield [{ ClientVpnEndpointId: SCOPE.endpointId }];
    },
    async *connectionPages() {
      yield rowsOf([]);
    },
    ...own,
  };
  const collector = createCollector({
    targets: [{ name: 'home', region: SCOPE.region }],
    source,
    state: new State({ storage, clock, logger }),
    clock,
    logger,
    options: toPassOptions(loaded.config.client_vpn, createIdentity(mode, key)),
    ...createOwnCounters(),
    onProgress: () => {},
  });
  const outcome = await collector.collect(new AbortController().signal, async () => {}).then(String, String);
  return [outcome, ...logger.lines, JSON.stringify(collector.status())].join('\n');
}

const refusal = (message: string) =>
  async function* () {
    yield [];
    throw Object.assign(new Error(message), { name: 'InvalidFilter' });
  };
const places = ['connectionPages', 'endpointPages'] as const;

test.each(places)('a name that AWS repeats from a filter is not repeated, when %s fails', async (place) => {
  const names = ['al', 'alice', 'na.e', 'name', 'x+(y'];
  const fails = { [place]: refusal('no alice, no al, no na.e, no nave, no x+(y, no name') };
  for (const mode of ['hash', 'drop'] as const) {
    const said = await say(mode, names, fails);
    const sentence = 'no <name>, no <name>, no <name>, no nave, no <name>, no <name>';
    // Once in the log, once in the status.
    expect(said.split(sentence)).toHaveLength(3);
    expect(said).not.toMatch(/alice|na\.e|x\+\(y/);
  }
  expect((await say('plain', names, fails)).split('no alice, no al')).toHaveLength(3);
});

const ODD: RawConnection = {
  ConnectionId: 'c',
  ConnectionEstablishedTime: 'since alice came',
  ConnectionEndTime: 'until alice goes',
  Timestamp: 'alice',
  IngressBytes: 'alice',
  EgressBytes: '7 of alice',
};

test.each(['plain', 'hash', 'drop'] as const)(
  'with %s, rejected text is logged only if it can name nobody',
  async (mode) => {
    const said = await say(mode, [], {
      async *endpointPages() {
        yield [{ ClientVpnEndpointId: 'endpoint of alice' }, { ClientVpnEndpointId: SCOPE.endpointId }];
      },
      async *connectionPages() {
        yield rowsOf([ODD]);
      },
    });
    const fields = [...said.matchAll(/A value from AWS was rejected.*?"field":"(\w+)"/g)].map(
      ([, field]) => field,
    );
    expect(fields).toEqual([
      'endpoint_id',
      'established_at',
      'ended_at',
      'updated_at',
      'ingress_bytes',
      'egress_bytes',
      'ingress_packets',
      'egress_packets',
    ]);
    expect(said).not.toContain('endpoint of alice');
    if (mode === 'plain') expect(said).toContain('"text":"7 of alice"');
    else expect(said).not.toContain('alice');
  },
);

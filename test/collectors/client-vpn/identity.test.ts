import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Book } from '../../../src/collectors/client-vpn/book.ts';
import { toLines } from '../../../src/collectors/client-vpn/book-file.ts';
import { createIdentity } from '../../../src/collectors/client-vpn/identity.ts';
import { createLedgerDesk, decode, SCOPE } from '../../support/client-vpn.ts';

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
  'with %s a name is in no connection, in no line on disk, in nothing that is rejected',
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
      const text = [...shown.map((one) => JSON.stringify(one)), ...toLines(desk.book)].join('\n');
      for (const secret of [username, commonName]) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
      }
    };
    await fc.assert(fc.asyncProperty(name, name, isHidden));
  },
);

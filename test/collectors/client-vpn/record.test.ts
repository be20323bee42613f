import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toConnection, toTime } from '../../../src/collectors/client-vpn/decode.ts';
import { toEndpoint } from '../../../src/collectors/client-vpn/endpoints.ts';
import { COUNTERS } from '../../../src/collectors/client-vpn/record.ts';
import { decode, plain, statusOf } from '../../support/client-vpn.ts';
import { rowsOf } from '../../support/connection-rows.ts';

test("the terminated connection of AWS' published example", () => {
  const { connection, rejected } = decode({
    ConnectionId: 'cvpn-connection-0e03eb24267165acd',
    CommonName: 'client1',
    ClientIp: '172.31.0.1',
    Status: { Code: 'terminated' },
    Timestamp: '2019-08-12 07:58:34',
    ConnectionEstablishedTime: '2019-08-12 07:57:14',
    ConnectionEndTime: '2019-08-12 07:58:34',
    IngressBytes: '32302',
    EgressBytes: '5696',
    IngressPackets: '332',
    EgressPackets: '67',
  });
  expect(connection).toEqual({
    id: 'cvpn-connection-0e03eb24267165acd',
    status: 'terminated',
    statusMessage: undefined,
    username: undefined,
    commonName: 'client1',
    user: 'client1',
    clientIp: '172.31.0.1',
    clientIpv6: undefined,
    establishedAt: Date.UTC(2019, 7, 12, 7, 57, 14),
    endedAt: Date.UTC(2019, 7, 12, 7, 58, 34),
    updatedAt: Date.UTC(2019, 7, 12, 7, 58, 34),
    readings: [32302, 5696, 332, 67],
    postures: [],
  });
  expect(rejected).toEqual([]);
});

test.each(['', '-', '-1', '1e3', '1.5', ' 7', '7 ', '１２', 'NaN'])(
  'the reading %j is rejected, and the rest of the record counts',
  (text) => {
    const { connection, rejected } = decode({ IngressBytes: text, EgressBytes: '18446744073709551616' });
    expect(connection?.readings).toEqual([undefined, 2n ** 64n, 0, 0]);
    expect(rejected).toEqual([['ingress_bytes', text]]);
  },
);

test('readings that AWS does not give are rejected', () => {
  const rejected: unknown[] = [];
  const connection = toConnection(rowsOf([{ ConnectionId: 'c' }]), 0, {
    identity: plain,
    withNames: true,
    reject: (...args) => rejected.push(args),
  });
  expect(connection).toMatchObject({ id: 'c', status: 'unknown', readings: COUNTERS.map(() => undefined) });
  expect(rejected).toEqual(COUNTERS.map((field) => [field, undefined]));
});

test('every field is named when it is rejected', () => {
  const { rejected } = decode({
    ConnectionEstablishedTime: 'yesterday',
    ConnectionEndTime: '2026-02-30 10:00:00',
    Timestamp: '2026-01-01 10:00:60',
    IngressBytes: 'a',
    EgressBytes: 'b',
    IngressPackets: 'c',
    EgressPackets: 'd',
  });
  expect(rejected).toEqual([
    ['established_at', 'yesterday'],
    ['ended_at', '2026-02-30 10:00:00'],
    ['updated_at', '2026-01-01 10:00:60'],
    ['ingress_bytes', 'a'],
    ['egress_bytes', 'b'],
    ['ingress_packets', 'c'],
    ['egress_packets', 'd'],
  ]);
});

test.each(['', '-'])('the time %j is no time, and nothing is wrong with it', (text) => {
  const { connection, rejected } = decode({
    ConnectionEstablishedTime: text,
    ConnectionEndTime: text,
    Timestamp: text,
  });
  expect(connection).toMatchObject({ establishedAt: undefined, endedAt: undefined, updatedAt: undefined });
  expect(rejected).toEqual([]);
});

test('an end before the start is rejected; an end at the start is not', () => {
  const ConnectionEstablishedTime = '2026-01-01 10:00:00';
  const early = decode({ ConnectionEstablishedTime, ConnectionEndTime: '2026-01-01 09:59:59' });
  expect(early.connection?.endedAt).toBeUndefined();
  expect(early.rejected).toEqual([['ended_at', '2026-01-01 09:59:59']]);
  const same = decode({ ConnectionEstablishedTime, ConnectionEndTime: ConnectionEstablishedTime });
  expect(same.connection?.endedAt).toBe(Date.UTC(2026, 0, 1, 10));
  expect(same.rejected).toEqual([]);
});

test('a row without a connection id is rejected whole', () => {
  expect(decode({ ConnectionId: '', IngressBytes: 'x' })).toEqual({
    connection: undefined,
    rejected: [['connection_id', '']],
  });
});

test.each([
  [statusOf('hibernating'), 'hibernating'],
  [statusOf(''), 'unknown'],
  [{}, 'unknown'],
])('the status %j is %s', (Status, status) => {
  expect(decode({ Status }).connection?.status).toBe(status);
});

test.each([
  [{ Username: 'alice', CommonName: 'laptop' }, 'alice'],
  [{ Username: '', CommonName: 'laptop' }, 'laptop'],
  [{ Username: '', CommonName: '' }, undefined],
  [{}, undefined],
])('%j is the user %s', (names, user) => {
  expect(decode(names).connection?.user).toBe(user);
});

test('a time is read as UTC, whatever the separator, and fractions of a second are cut', () => {
  const isUtc = (date: Date, format: (iso: string) => string) => {
    expect(toTime(format(date.toISOString()))).toBe(Math.floor(date.getTime() / 1000) * 1000);
  };
  const dates = fc.date({
    min: new Date('0100-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  });
  const formats = fc.constantFrom(
    (iso: string) => iso,
    (iso: string) => iso.slice(0, 19),
    (iso: string) => iso.slice(0, 19).replace('T', ' '),
  );
  fc.assert(fc.property(dates, formats, isUtc));
});

test('a date is read only if the calendar has it', () => {
  const isInCalendar = (year: number, month: number, day: number) => {
    const text = `${[year, month, day].map((part) => String(part).padStart(2, '0')).join('-')} 12:00:00`;
    const days = [31, year % 4 === 0 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
    const expected = day >= 1 && day <= days ? Date.UTC(year, month - 1, day, 12) : undefined;
    expect(toTime(text)).toBe(expected);
  };
  fc.assert(fc.property(fc.integer({ min: 2001, max: 2099 }), fc.nat(13), fc.nat(32), isInCalendar));
});

test.each([
  '0099-12-31 10:00:00', // Date.UTC takes years below 100 for those of the 20th century
  '2026-01-01 24:00:00',
  '2026-01-01 10:60:00',
  '2026-12-31 23:59:60',
  '2026-1-1 10:00:00',
  '2026-01-01',
  '2026-01-01 10:00:00 ',
  '2026-01-01 10:00:00\n',
  '2026-01-01 10:00:00+02:00',
  '２０２６-01-01 10:00:00',
  '1767261600',
])('%j is not a time', (text) => {
  expect(toTime(text)).toBeUndefined();
});

test('an endpoint without an id is rejected whole; what AWS does not say of another is empty', () => {
  const rejected: string[] = [];
  expect(toEndpoint({}, (field) => rejected.push(field))).toBeUndefined();
  expect(rejected).toEqual(['endpoint_id']);
  expect(
    toEndpoint({ ClientVpnEndpointId: 'e', Tags: [{ Key: 'Name', Value: 'office' }] }, () => {}),
  ).toEqual({
    id: 'e',
    status: 'unknown',
    info: {
      name: 'office',
      description: '',
      vpc_id: '',
      transport_protocol: '',
      vpn_port: '',
      split_tunnel: '',
      authentication: '',
      client_cidr_block: '',
    },
    sessionTimeoutSeconds: undefined,
    tags: new Map([['Name', 'office']]),
  });
});

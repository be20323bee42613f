import fc from 'fast-check';
import { expect, test } from 'vitest';
import { caBundleProblem } from '../../src/config/ca-bundle.ts';
import { loadConfig } from '../../src/config/load.ts';
import { CERTIFICATE, KEY } from '../support/certificate.ts';

const LINES = CERTIFICATE.trimEnd().split('\n');
const without = (index: number) => LINES.filter((_, n) => n !== index).join('\n');

test.each([
  ['a certificate', CERTIFICATE],
  ['two, with words around them', `# ours\n${CERTIFICATE}\nand theirs\n\n${CERTIFICATE}# end`],
  ['lines that end as on Windows', CERTIFICATE.replaceAll('\n', '\r\n')],
  ['a certificate beside a key', `${KEY}${CERTIFICATE}`],
])('%s will do', (_, text) => {
  expect(caBundleProblem(text)).toBeUndefined();
});

test.each([
  ['junk', 'this is no certificate\n'],
  ['a key alone', KEY],
  ['a page of HTML', '<!DOCTYPE html><html></html>'],
  ['DER, read as text', Buffer.from(LINES.slice(1, -1).join(''), 'base64').toString()],
])('%s is no certificate in PEM form', (_, text) => {
  expect(caBundleProblem(text)).toMatch(/^holds no certificate in PEM form/);
});

test.each([
  ['nothing within', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n'],
  ['junk within', '-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n'],
  ['no end', LINES.slice(0, -1).join('\n')],
  ['a line missing', without(4)],
  ['cut off', CERTIFICATE.slice(0, 200)],
])('of several, the one with %s is named', (_, bad) => {
  const at = `line ${CERTIFICATE.split('\n').length}:`;
  expect(caBundleProblem(`${CERTIFICATE}${bad}\n${CERTIFICATE}`)).toContain(at);
});

test('any damage to a certificate is either told or leaves a certificate', () => {
  const position = fc.nat(CERTIFICATE.length - 1);
  fc.assert(
    fc.property(position, position, fc.string({ maxLength: 5 }), (from, length, junk) => {
      const text = CERTIFICATE.slice(0, from) + junk + CERTIFICATE.slice(from + length);
      const problem = caBundleProblem(text);
      if (problem === undefined) expect(text).toContain('-----END');
      else expect(problem).toMatch(/^holds (no certificate|a certificate that cannot be read)/);
    }),
  );
});

test('a configuration that names junk is not valid', () => {
  const load = (pem: string) =>
    loadConfig({ path: '/etc/exporter.yaml', text: 'aws:\n  ca_bundle: ca.pem\n', readFile: () => pem });
  expect(load(CERTIFICATE)).toMatchObject({ config: { aws: { ca_bundle: '/etc/ca.pem' } } });
  expect(load('junk')).toEqual({
    problems: [
      {
        path: 'aws.ca_bundle',
        line: 2,
        message:
          '/etc/ca.pem holds no certificate in PEM form; such a one begins with -----BEGIN CERTIFICATE-----',
      },
    ],
  });
});

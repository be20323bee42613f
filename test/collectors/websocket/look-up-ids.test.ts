import { expect, test } from 'vitest';
import { lookUpAll } from '../../../src/collectors/websocket/estimate/look-up.ts';
import { createHandClock } from '../../support/hand-clock.ts';

const ID = 'L0SM9cOFvHcCIhw=';
const endpoint = {
  endpointId: 'api.example.com/prod',
  url: 'https://api.example.com/prod',
  target: { name: 'home', region: 'eu-west-1' },
} as unknown as Parameters<typeof lookUpAll>[1][number]['endpoint'];

/** Why a look-up failed that failed with this text, as people are told. */
async function told(message: string, status: number) {
  const source = {
    lookUp: () =>
      Promise.reject(Object.assign(new Error(message), { $metadata: { httpStatusCode: status } })),
  };
  const options = { concurrency: 1, random: () => 0.5, clock: createHandClock() };
  const [found] = await lookUpAll(source, [{ endpoint, ids: [ID] }], options, new AbortController().signal);
  return [found?.lastError, found?.denied, found?.cutShort].filter((text) => text !== undefined).join('\n');
}

test.each([
  ['plain', `no connection ${ID} here, ${ID}`],
  ['%-encoded', `GET /prod/@connections/${encodeURIComponent(ID)} is refused`],
  [
    '%-encoded in small letters',
    `GET /prod/${encodeURIComponent(ID).toLowerCase()} ${encodeURIComponent(ID).replace('%3D', '%3d')}`,
  ],
  ['without its end', `GET ${ID.slice(0, -1)}`],
  ['in an ARN', `not authorized on resource: arn:aws:execute-api:eu-west-1:1:a/prod/GET/@connections/${ID}`],
  ['cut off', `${'The proxy refuses. '.repeat(15)} ${ID}`],
])('an id that is repeated %s is not told', async (_, message) => {
  for (const status of [403, 429, 500]) {
    const text = await told(message, status);
    expect(text).toContain(`HTTP ${status}`);
    expect(text).not.toContain('L0SM9c');
  }
});

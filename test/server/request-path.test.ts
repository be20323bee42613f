import { expect, test } from 'vitest';
import { toPath } from '../../src/server/request-path.ts';

test.each([
  ['/websocket', '/websocket'],
  ['/websocket/connect?a=/b', '/websocket/connect'],
  ['/websocket#c?d', '/websocket'],
  ['//websocket', '//websocket'],
  ['/a/../%77', '/a/../%77'],
  ['http://a1/websocket?b', '/websocket'],
  ['HTTPS://user@[::1]:443/websocket', '/websocket'],
  ['http://10.0.0.1:10177/', '/'],
])('%s asks for the path %s', (target, path) => {
  expect(toPath(target)).toBe(path);
});

test.each([
  undefined,
  '',
  '*',
  'x',
  'x/websocket',
  'http://a1',
  'http://a1?/websocket',
  'http://[/websocket',
])('%s asks for none', (target) => {
  expect(toPath(target)).toBe('');
});

import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { readWebConfig } from '../../src/web-config/read.ts';
import { openServed } from '../../src/web-config/served.ts';
import { createLogBook } from '../support/log-book.ts';
import { pem } from './certificates.ts';
import { webFile } from './folder.ts';

test('files that were just written are compared with each request, and judged only when they hold something else', () => {
  const file = webFile('tls_server_config: {cert_file: server.pem, key_file: server.key}\n');
  let judged = 0;
  const read = () => {
    judged += 1;
    return readWebConfig(file);
  };
  const served = openServed({ clock: systemClock, logger: createLogBook(), port: 'the port', file, read });
  if ('problems' in served) throw new Error(served.problems.join());
  const ask = () => Array.from({ length: 5 }, () => served.current() !== undefined);
  expect(ask()).toEqual([true, true, true, true, true]);
  expect(judged).toBe(1);
  writeFileSync(join(dirname(file), 'server.key'), pem('other.key'));
  expect(ask()).toEqual([false, false, false, false, false]);
  expect(judged).toBe(2);
  writeFileSync(join(dirname(file), 'server.key'), pem('server.key'));
  expect(ask()).toEqual([true, true, true, true, true]);
  expect(judged).toBe(3);
});

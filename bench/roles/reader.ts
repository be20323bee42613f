import { createLogger } from '../../src/app/log.ts';
import { Calls } from '../../src/aws/calls.ts';
import { createAws } from '../../src/aws/clients.ts';
import { createSource } from '../../src/collectors/client-vpn/source.ts';
import { systemClock } from '../../src/core/clock.ts';
import { cpuMs } from '../frame/figures.ts';
import { answering } from '../frame/processes.ts';
import { useKeys } from './keys.ts';
import type { Listed, ListingOptions } from './sdk.ts';

/** In the child: the exporter's own source over the connections of an endpoint, whose rows are counted and not looked at, with each `list`. */
export async function reader({ url, endpointId }: ListingOptions): Promise<void> {
  useKeys();
  const accountId = '111122223333';
  const target = { name: 'bench', region: 'eu-west-1', accountId };
  const logger = createLogger({ level: 'error', format: 'logfmt' });
  const aws = createAws(
    { endpointUrl: url, connectTimeoutMs: 5_000, requestTimeoutMs: 20_000, maxAttempts: 4 },
    { clock: systemClock, calls: new Calls(systemClock), logger, requestsPerSecond: {} },
  );
  const source = createSource(
    { ec2: () => aws.ec2(target), accountId: async () => accountId, knownAccount: () => accountId },
    { pageSize: 1_000, filters: [] },
  );
  await answering(null, {
    list: async (): Promise<Listed> => {
      const before = cpuMs();
      let count = 0;
      const { signal } = new AbortController();
      for await (const rows of source.connectionPages(target, endpointId, signal)) count += rows.length;
      return { cpuMs: cpuMs() - before, count };
    },
  });
}

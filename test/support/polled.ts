import { createOwnCounters } from '../../src/app/own-families.ts';
import type { Collector } from '../../src/core/collector.ts';
import { toPieces } from '../../src/exposition/forms.ts';
import { renderFamilies } from '../../src/exposition/render.ts';
import type { Domain, Section } from '../../src/polling/domain.ts';
import { openStorage } from '../../src/storage/open.ts';
import { openAws, TARGET } from './aws.ts';
import { createHandClock } from './hand-clock.ts';
import type { Answer } from './http-server.ts';
import { createLogBook } from './log-book.ts';

/** One domain by itself, which asks a server that answers with `answer`; what it says after a pass. */
export async function startDomain<C extends Section>(domain: Domain<C>, own: object, answer: Answer) {
  const clock = createHandClock();
  const logger = createLogBook();
  const storage = await openStorage('', { clock, logger });
  const counters = createOwnCounters();
  const { aws } = await openAws(answer, { maxAttempts: 1 });
  const start = domain.start({
    ...counters,
    clock,
    logger,
    storage,
    random: () => 0.5,
    onProgress: () => {},
  });
  const house = {
    targets: [{ name: TARGET.name, regions: [TARGET.region] }],
    intake: { enabled: false, max_connections: 1 },
  };
  const config = domain.config.parse({ enabled: true, ...own });
  const collector: Collector = await start({ config, house, targets: [TARGET], aws });
  await collector.restore();
  return {
    collector,
    clock,
    log: logger.lines,
    /** Lets 30 s go by, and polls; why that failed, or nothing. */
    async pass(): Promise<string> {
      await clock.advance(30_000);
      return collector.collect(new AbortController().signal, async () => {}).then(() => '', String);
    },
    /** The samples of the domain, without HELP and TYPE, without the labels of the endpoint's account and region. */
    async samples(): Promise<readonly string[]> {
      const rendered = await renderFamilies(collector.families, {
        onFamilyError: (_, error) => Promise.reject(error),
      });
      const lines = Buffer.concat(toPieces(rendered, 'text')).toString().split('\n');
      return lines
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => line.replace(`account_id="${TARGET.accountId}",region="${TARGET.region}",`, ''));
    },
    rejected: () =>
      Object.fromEntries([...counters.rejected.samples()].map(({ labels, value }) => [labels.field, value])),
  };
}

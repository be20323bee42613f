import type { SchemaOf } from '../fields/fields.ts';
import { PollingCollector } from './collector.ts';
import type { Domain } from './domain.ts';
import type { Item, Listed, ListedSection, Seen } from './item.ts';
import { judge, judgeAccount } from './judge.ts';
import { ListedPoller } from './listed-poller.ts';
import type { View } from './poller.ts';
import { Published } from './published.ts';
import { createReject } from './warnings.ts';

/** A whole domain out of one listing per target: gauges alone, nothing on disk. */
export function listedDomain<C extends ListedSection, T extends Item, S extends SchemaOf<C>>(
  own: Listed<C, T, S>,
): Domain<C> & { readonly config: S } {
  const { name, title, counted, config, docs, rejectable, action, more } = own;
  return {
    ...more,
    name,
    title,
    counted,
    config,
    docs,
    rejectable,
    start(deps) {
      const published = new Published<View<Seen<T>>>(deps);
      const state = { published, reading: '' };
      const reject = createReject(name, { ...deps, faults: published.faults });
      return async ({ config: section, targets, aws }) => {
        const poller = new ListedPoller(own, section, { ...deps, state, targets, aws, reject });
        return new PollingCollector(
          { ...deps, state, options: { staleAfterMs: section.stale_after } },
          poller,
        );
      };
    },
    permissions(_, places) {
      const regions = [...new Set(places.map(({ region }) => region))];
      // EC2 tells regions by a key of its own; every request has the other one.
      const key = action.startsWith('ec2:') ? 'ec2:Region' : 'aws:RequestedRegion';
      const condition = { StringEquals: { [key]: regions } };
      return [{ action, resources: ['*'], ...(!regions.includes('*') && { condition }) }];
    },
    async *ask({ aws }, target, signal) {
      const account = await judgeAccount(aws, target, signal);
      if ('verdict' in account) return yield account.verdict;
      const verdict = await judge(() => own.dryRun(aws, target, signal), signal);
      yield { action, resource: `* (${account.accountId}, ${target.region})`, ...verdict };
    },
  };
}

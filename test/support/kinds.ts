import type { DomainKey } from '../../src/collectors/index.ts';
import type { Sections } from './configuration.ts';
import type { Rig } from './exporter.ts';
import { API, INTAKE, NAMED, tellOf } from './websocket.ts';

/** How a domain is tried: with one endpoint, in the account and region of HOME, that has something to tell. */
export interface Kind {
  readonly sections: Sections;
  /** What of the sections is another where the endpoint is not wanted. */
  readonly elsewhere: Sections;
  populate(rig: Rig): Promise<void>;
  /** The samples that move also in passes that fail. */
  readonly moves: RegExp;
}

/** One of each domain of the table: a new one cannot be forgotten here. */
export const kinds: Readonly<Record<DomainKey, Kind>> = {
  client_vpn: {
    sections: { client_vpn: {} },
    elsewhere: { targets: [{ name: 'home', regions: ['us-east-1'] }] },
    async populate({ world }) {
      const endpoint = world.addEndpoint();
      world.talk(world.connect(endpoint), { ingressBytes: 7 });
      world.disconnect(world.connect(endpoint));
    },
    moves: /^$/,
  },
  websocket: {
    sections: { websocket: { endpoints: [NAMED] }, intake: INTAKE },
    elsewhere: { websocket: { enabled: true, endpoints: [{ ...NAMED, url: `${NAMED.url}2` }] } },
    async populate(rig) {
      rig.websockets.addApi({ apiId: API });
      for (let n = 0; n < 3; n += 1) {
        const connectionId = rig.websockets.connect(API);
        await tellOf(rig, { connectionId, eventType: 'CONNECT', apiId: API, stage: 'prod' });
      }
    },
    // Look-ups count whatever came of them.
    moves: /^aws_websocket_lookups_total\{/,
  },
  site_to_site_vpn: {
    sections: { site_to_site_vpn: {} },
    elsewhere: { targets: [{ name: 'home', regions: ['us-east-1'] }] },
    async populate({ vpns }) {
      vpns.bringUp(vpns.addConnection(), 0);
    },
    moves: /^$/,
  },
};

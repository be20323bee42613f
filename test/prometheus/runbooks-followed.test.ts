import { expect, test } from 'vitest';
import { pages } from './runbook-pages.ts';
import { clientVpnStories } from './stories/client-vpn.ts';
import { exporterStories } from './stories/exporter.ts';
import { siteToSiteVpnStories } from './stories/site-to-site-vpn.ts';
import { targetsStories } from './stories/targets.ts';
import { websocketStories } from './stories/websocket.ts';

const stories = [
  ...clientVpnStories,
  ...exporterStories,
  ...siteToSiteVpnStories,
  ...targetsStories,
  ...websocketStories,
];

/** The pages that cannot be followed, and why the simulator does not go there. */
const NOT_FOLLOWED: Readonly<Record<string, string>> = {
  AwsConnectionsFamilyErrors:
    'Only a fault of the exporter itself makes it; no AWS does, however it answers.',
  AwsConnectionsMemoryNearLimit:
    'Its limit is that of a container, which cAdvisor tells: the simulator is AWS, and has neither.',
};

test('every page is followed by a story, or there is a reason why it is not; never both', () => {
  const followed = stories.flatMap((story) => story.pages);
  const told = [...followed, ...Object.keys(NOT_FOLLOWED)];
  expect(told.sort()).toEqual(pages.map(({ name }) => name).sort());
});

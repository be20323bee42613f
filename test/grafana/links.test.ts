import { expect, test } from 'vitest';
import { NAMES, panelsOf, readDashboard } from './dashboards.ts';

const dashboards = NAMES.map(readDashboard);

interface Link {
  readonly url: string;
  readonly targetBlank: boolean;
}

/** The links of cells, bars and series. */
const dataLinks = dashboards.flatMap((dashboard) =>
  panelsOf(dashboard).flatMap(({ fieldConfig }) =>
    fieldConfig.overrides
      .flatMap(({ properties }) => properties)
      .filter(({ id }) => id === 'links')
      .flatMap(({ value }) => value as Link[])
      .map((link) => ({ dashboard, link })),
  ),
);

test('all dashboards lead to each other, with time range and variables, in the same tab', () => {
  for (const { title, tags, links } of dashboards) {
    const between = links.filter(({ type }) => type === 'dashboards');
    expect([title, between]).toMatchObject([
      title,
      [{ tags: ['aws-connections-exporter'], keepTime: true, includeVars: true, targetBlank: false }],
    ]);
    expect(tags).toContain('aws-connections-exporter');
  }
});

test('no dashboard that is imported as it is leads to where it cannot know to be', () => {
  for (const { links } of dashboards) expect(links.filter(({ type }) => type !== 'dashboards')).toEqual([]);
});

test('links of endpoints lead to a dashboard of ours, and hand on time range and variables', () => {
  expect(dataLinks).toHaveLength(7);
  for (const { dashboard, link } of dataLinks) {
    expect(link.targetBlank).toBe(false);
    const [, uid, parameters = ''] = /^\/d\/([a-z-]+)\?(.+)$/.exec(link.url) ?? [];
    const target = dashboards.find((other) => other.uid === uid);
    const names = (of: typeof dashboard | undefined) => of?.templating.list.map(({ name }) => name) ?? [];
    const given = parameters.split('&');
    expect(given.shift()).toBe(`\${__url_time_range}`);
    const kept = given
      .map((part) => /^\$\{(\w+):queryparam\}$/.exec(part)?.[1])
      .filter((name) => name !== undefined);
    const chosen = given
      .map((part) => /^var-(\w+)=\$\{.+\}$/.exec(part)?.[1])
      .filter((name) => name !== undefined);
    expect([...kept, ...chosen]).toEqual(names(target));
    expect(names(dashboard)).toEqual(expect.arrayContaining(kept));
  }
});

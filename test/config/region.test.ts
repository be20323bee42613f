import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { resolvePolledTargets } from '../../src/app/aws.ts';
import { loadConfig } from '../../src/config/load.ts';
import { toSentence } from '../../src/core/error-text.ts';
import { stubCredentials } from '../support/configuration.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** The regions of a configuration, with AWS_REGION set to this. */
async function regions(variable: string | undefined, text = ''): Promise<readonly string[]> {
  stubCredentials();
  const file = join(temporaryFolder(), 'config');
  writeFileSync(
    file,
    '[profile office]\nregion = ap-south-1\n[profile zone]\nregion = ap-south-1b\n[profile bare]\noutput = json\n',
  );
  vi.stubEnv('AWS_CONFIG_FILE', file);
  vi.stubEnv('AWS_REGION', variable);
  vi.stubEnv('AWS_DEFAULT_REGION', undefined);
  const result = loadConfig({ text, readFile: () => '' });
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return (await resolvePolledTargets(result.config)).map(({ region }) => region);
}

test('a target without regions is in the one of the environment', async () => {
  expect(await regions('eu-west-1')).toEqual(['eu-west-1']);
});

test.each([undefined, ''])('AWS_REGION %j is no region', async (variable) => {
  await expect(regions(variable)).rejects.toThrow(
    'no region for target default: the environment has no AWS_REGION; set AWS_REGION, or name the regions in ' +
      'targets[0].regions of a configuration file (--config.file)',
  );
});

test.each([undefined, ''])('with AWS_REGION %j the region of a profile holds', async (variable) => {
  expect(await regions(variable, 'targets: [{profile: office}]')).toEqual(['ap-south-1']);
});

test('who reads AWS_DEFAULT_REGION is said where it is the only one', async () => {
  const resolved = regions(undefined).catch(String);
  vi.stubEnv('AWS_DEFAULT_REGION', 'eu-west-1');
  expect(await resolved).toContain('no AWS_REGION (AWS_DEFAULT_REGION is read by the AWS CLI alone); set');
});

test.each(['eu-west-1a', 'EU-WEST-1', 'Ireland', 'eu-west', 'https://ec2.eu-west-1.amazonaws.com'])(
  'AWS_REGION=%s is judged as one that stands in the configuration',
  async (variable) => {
    await expect(regions(variable)).rejects.toThrow(
      'no region for target default: the environment variable AWS_REGION is none: ' +
        `expected the name of an AWS region such as eu-west-1, got "${variable}"; set AWS_REGION, or`,
    );
  },
);

test('so is the region of a profile', async () => {
  const resolved = regions(undefined, 'targets: [{profile: zone}]');
  await expect(resolved).rejects.toThrow(/region of profile zone, .* is none: .* got "ap-south-1b"/);
});

test('a target whose profile is misspelt lacks the profile, not a region', async () => {
  const misspelt = await regions(undefined, 'targets: [{profile: offcie}]').catch(toSentence);
  expect(misspelt).toMatch(
    /^target offcie cannot be used: profile offcie: there is no such profile in .*: did you mean office\?; a target uses/,
  );
  await expect(regions(undefined, 'targets: [{profile: bare}]')).rejects.toThrow(
    'no region for target bare: the environment has no AWS_REGION, and profile bare has no region; set',
  );
});

test('where nothing is enabled, no region is needed', async () => {
  expect(await regions(undefined, 'client_vpn: {enabled: false}')).toEqual([]);
});

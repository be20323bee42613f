import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { resolveTargets } from '../../src/aws-settings.ts';
import { loadConfig } from '../../src/config/load.ts';
import { stubCredentials } from '../support/configuration.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** The regions of a configuration, with AWS_REGION set to this. */
async function regions(variable: string | undefined, text = ''): Promise<readonly string[]> {
  stubCredentials();
  const file = join(temporaryFolder(), 'config');
  writeFileSync(file, '[profile office]\nregion = ap-south-1\n');
  vi.stubEnv('AWS_CONFIG_FILE', file);
  vi.stubEnv('AWS_REGION', variable);
  const result = loadConfig({ text, readFile: () => '' });
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return (await resolveTargets(result.config)).map(({ region }) => region);
}

test('a target without regions is in the one of the environment', async () => {
  expect(await regions('eu-west-1')).toEqual(['eu-west-1']);
});

test.each([undefined, ''])('AWS_REGION %j is no region', async (variable) => {
  await expect(regions(variable)).rejects.toThrow(
    'the environment has no AWS_REGION, and targets[0].regions names none',
  );
});

test.each([undefined, ''])('with AWS_REGION %j the region of a profile holds', async (variable) => {
  expect(await regions(variable, 'targets: [{profile: office}]')).toEqual(['ap-south-1']);
});

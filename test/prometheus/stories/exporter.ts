import { cpSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { total } from '../../program/exposition.ts';
import { listening } from '../../program/lab.ts';
import { eventually, start } from '../../program/program.ts';
import { CONNECTION, PLACE } from '../runbook-world.ts';
import { beginStory, EVERY_SECOND } from '../story.ts';
import { type Told, told } from '../told.ts';

/** The runbooks of exporter, followed. */
export const exporterStories: readonly Told[] = [
  told(
    'AwsConnectionsExporterDown',
    'an exporter that is down: its configuration was spoilt, and it does not come back',
    async (page) => {
      const story = await beginStory();
      story.lab.configure({ clientVpn: 'shedule: "* * * * *"' });
      story.daemon.kill('SIGTERM');
      await story.daemon.ended;
      await story.finds(page, 'up == 0', { job: 'exporter', instance: new URL(story.daemon.url).host });
      await story.finds(page, 'version', { job: 'exporter' });
      const asked = await story.types(page, 'check --aws');
      expect(asked.code).toBe(1);
      expect(asked.output).toContain('client_vpn.shedule');
      story.lab.configure({ clientVpn: EVERY_SECOND });
      expect((await story.types(page, 'check --aws')).code).toBe(0);
      await story.lab.serve([`--web.listen-address=${new URL(story.daemon.url).host}`]);
      await story.findsNothing(page, 'up == 0');
    },
  ),
  told(
    'AwsConnectionsStorageNotWritten',
    'a storage folder that cannot be written: something else stands in its place',
    async (page) => {
      const story = await beginStory();
      const { storage } = story.lab;
      renameSync(storage, `${storage}-before`);
      writeFileSync(storage, '');
      await story.finds(page, 'last_write_successful', { job: 'exporter' });
      await story.logs(/The ledger was not written.*is a file, not a folder/);
      const looked = await story.types(page, 'ls -ld');
      expect(looked.code).not.toBe(0);
      expect(looked.output).toMatch(/Not a directory/);
      rmSync(storage);
      renameSync(`${storage}-before`, storage);
      await story.findsNothing(page, 'last_write_successful');
    },
  ),
  told(
    'AwsConnectionsConfigReloadFailed',
    'a configuration that was refused: a word in it is wrong',
    async (page) => {
      const story = await beginStory();
      story.lab.configure({ clientVpn: `${EVERY_SECOND}, stale_afterr: 10m` });
      story.daemon.kill('SIGHUP');
      await story.finds(page, 'reload_successful', { job: 'exporter' });
      const asked = await story.types(page, 'check');
      expect(asked.code).toBe(1);
      expect(asked.output).toContain('client_vpn.stale_afterr');
      story.lab.configure({ clientVpn: EVERY_SECOND });
      expect((await story.types(page, 'check')).code).toBe(0);
      story.daemon.kill('SIGHUP');
      await story.findsNothing(page, 'reload_successful');
    },
  ),
  told('AwsConnectionsExporterMissing', 'an exporter that is no target any more', async (page) => {
    const story = await beginStory();
    const { lab } = story;
    lab.configure({ clientVpn: EVERY_SECOND, targets: '{name: lab, regions: [us-east-1]}' });
    const flags = [`--config.file=${lab.configFile}`, `--storage.path=${join(lab.folder, 'other')}`];
    const other = await listening(start(['serve', ...flags, '--web.listen-address=127.0.0.1:0']));
    const ofJob = async (count: number) =>
      eventually(async () => expect(await story.value(page, 'count by', { job: 'exporter' })).toBe(count));
    story.scrapes(story.daemon, other);
    await ofJob(2);
    const gone = { job: 'exporter', instance: new URL(other.url).host };
    await story.findsNothing(page, 'build_info[1d]');
    story.scrapes(story.daemon);
    await ofJob(1);
    await story.finds(page, 'build_info[1d]', gone);
    await story.findsNothing(page, 'build_info[1d]', { instance: new URL(story.daemon.url).host });
    await story.finds(page, 'target_up', { collector: 'client-vpn', ...PLACE, region: 'us-east-1' });
    await story.findsNothing(page, 'target_up', PLACE);
    story.scrapes(story.daemon, other);
    await ofJob(2);
    await story.findsNothing(page, 'build_info[1d]');
    await story.findsNothing(page, 'target_up');
  }),
  told('AwsConnectionsExporterRestarting', 'an exporter that is killed again and again', async (page) => {
    const story = await beginStory(undefined, { hasRules: true });
    const { host } = new URL(story.daemon.url);
    const of = { job: 'exporter', instance: host };
    let { daemon } = story;
    for (let times = 1; times <= 3; times++) {
      daemon.kill('SIGKILL');
      await daemon.ended;
      daemon = await story.lab.serve([`--web.listen-address=${host}`]);
      await eventually(async () => expect(await story.value(page, 'changes', of)).toBe(times));
    }
    await story.fires(page);
    expect(await story.value(page, 'time()', of)).toBeLessThan(60);
    expect(await story.value(page, 'resident_memory', of)).toBeGreaterThan(10_000_000);
    expect((await story.types(page, 'check')).code).toBe(0);
  }),
  told('AwsConnectionsStorageSetAside', 'a file that is broken: a copy of it is put back', async (page) => {
    const story = await beginStory();
    const { lab } = story;
    const { host } = new URL(story.daemon.url);
    const ingress = async () =>
      total(await daemon.scrape(), 'aws_client_vpn_ingress_bytes_total', { status: 'active' });
    let { daemon } = story;
    lab.world.talk(CONNECTION, { ingressBytes: 70_000 });
    await story.sees('aws_client_vpn_ingress_bytes_total{status="active"} == 70000');
    const again = async (between: () => void) => {
      daemon.kill('SIGTERM');
      await daemon.ended;
      between();
      daemon = await lab.serve([`--web.listen-address=${host}`]);
    };
    const copy = `${lab.storage}-copy`;
    await again(() => {
      cpSync(lab.storage, copy, { recursive: true });
      for (const file of readdirSync(lab.storage, { recursive: true, withFileTypes: true }))
        if (file.isFile()) writeFileSync(join(file.parentPath, file.name), 'spoilt');
    });
    await story.finds(page, 'set_aside', { job: 'exporter', instance: host });
    await story.finds(page, 'resets', PLACE);
    expect(daemon.stderr()).toMatch(/set aside|broken/);
    await again(() => {
      rmSync(lab.storage, { recursive: true });
      cpSync(copy, lab.storage, { recursive: true });
    });
    await eventually(async () => expect(await ingress()).toBe(70_000));
    await story.findsNothing(page, 'set_aside');
  }),
];

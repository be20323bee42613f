import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { promtool } from './promtool.ts';

const config = fileURLToPath(new URL('../../config/', import.meta.url));

needs('promtool')(
  'promtool takes the example of Prometheus, which loads the rules and not their tests',
  async () => {
    const output = await promtool(['check', 'config', 'prometheus/prometheus.yml'], config);
    expect(output).toContain('SUCCESS: 3 rule files found');
    expect(output.match(/SUCCESS: \d+ rules found/g)).toHaveLength(3);
  },
);

const amtool = (...args: string[]) => promtool(args, `${config}alertmanager`, 'amtool');

needs('amtool')('amtool takes the example of Alertmanager', async () => {
  expect(await amtool('check-config', 'alertmanager.yml')).toContain('SUCCESS');
});

needs('amtool')('each severity goes where it should', async () => {
  const labels = {
    critical: ['alertname=ClientVpnMassDisconnect', 'severity=critical'],
    warning: ['alertname=ClientVpnDataStale', 'severity=warning'],
    info: ['alertname=WebSocketGhostShareHigh', 'severity=info'],
  };
  const receivers = { critical: 'on-call', warning: 'mail', info: 'mail' };
  for (const severity of ['critical', 'warning', 'info'] as const) {
    const verify = `--verify.receivers=${receivers[severity]}`;
    const args = ['config', 'routes', 'test', '--config.file=alertmanager.yml', verify, ...labels[severity]];
    expect(await amtool(...args)).toMatch(new RegExp(`^${receivers[severity]}\n`));
  }
});

import { expect, test } from 'vitest';
import { startProxy } from '../support/proxy.ts';
import { openLab, ready } from './lab.ts';
import { cleanEnv, eventually, keys, run, start } from './program.ts';

const SERVICES = ['ec2', 'sts', 'execute-api', 'apigateway'];
const HUSH = 'http://hush:hush@';

/** A simulated AWS at hosts that only a proxy finds. */
async function openFarLab() {
  const lab = await openLab();
  const proxy = await startProxy(lab.simulator.url);
  const urls = SERVICES.map((name) => `${name}: "http://${name}.aws.test"`).join(', ');
  lab.configure({ aws: `max_attempts: 1, endpoint_urls: {${urls}}` });
  lab.world.addEndpoint();
  const env = { ...cleanEnv, ...keys, HTTP_PROXY: proxy.url.replace('http://', HUSH) };
  return { lab, proxy, env };
}

test('a daemon behind a proxy polls through it, says so, and never tells the password', async () => {
  const { lab, proxy, env } = await openFarLab();
  const daemon = await lab.serve([], { env });
  await ready(daemon);
  expect((await daemon.get('/metrics')).text).toMatch(/^aws_client_vpn_up\{[^}]*\} 1$/m);
  expect(proxy.asked).toContain('CONNECT ec2.aws.test:80');
  expect(daemon.stderr()).toContain(
    `msg="AWS is asked through a proxy, but for hosts of NO_PROXY and of this machine" proxy="http://${proxy.address} (HTTP_PROXY)"`,
  );
  proxy.behave('hang');
  const asked = proxy.asked.length;
  daemon.kill('SIGHUP');
  await eventually(() => expect(proxy.asked.length).toBeGreaterThan(asked));
  daemon.kill('SIGTERM');
  const { code, stderr } = await daemon.ended;
  expect(code).toBe(0);
  expect(stderr).not.toContain('hush');
});

test('check says which proxy is used, and what the proxy does not let pass', async () => {
  const { lab, proxy, env } = await openFarLab();
  const check = () => run(['check', '--aws', `--config.file=${lab.configFile}`], { env });
  const good = await check();
  expect(good.code).toBe(0);
  expect(good.stdout).toContain(
    `AWS is asked through http://${proxy.address} (HTTP_PROXY), but for hosts of NO_PROXY and of this machine\n`,
  );
  proxy.behave({ status: 407, text: 'Proxy Authentication Required' });
  const bad = await check();
  expect(bad.code).toBe(1);
  expect(bad.stdout).toMatch(
    /^ec2:DescribeClientVpnEndpoints +\* \(111122223333, eu-west-1\) +unknown +.*the proxy http:\/\/127.0.0.1:\d+ \(HTTP_PROXY\) was refused: HTTP 407 .*; put the user and the password/m,
  );
  expect(good.stdout + bad.stdout + bad.stderr).not.toContain('hush');
});

test('a proxy that cannot be one is told by check and at start, by the name of its variable', async () => {
  const lab = await openLab();
  const env = { ...cleanEnv, ...keys, https_proxy: `${HUSH}proxy:port` };
  const words =
    'choosing a proxy failed (UnsoundProxy): the environment variable https_proxy is no URL of a proxy; write it as http://';
  const check = await run(['check', `--config.file=${lab.configFile}`], { env });
  expect([check.code, check.stdout]).toEqual([1, expect.stringContaining(words)]);
  const serve = await run(['serve', ...lab.serveFlags], { env });
  expect([serve.code, serve.stderr]).toEqual([1, expect.stringContaining(words)]);
  expect(check.stdout + serve.stderr).not.toContain('hush');
});

test('the demo talks to itself, whatever proxy the environment names', async () => {
  const env = {
    ...cleanEnv,
    HTTP_PROXY: 'http://127.0.0.1:1',
    HTTPS_PROXY: 'not a proxy',
    ALL_PROXY: 'socks5://x',
  };
  const demo = start(['demo', '--web.listen-address=127.0.0.1:0'], { env });
  const url = await eventually(() => {
    const found = /metrics +(http:\S+)/.exec(demo.stdout())?.[1];
    if (found === undefined) throw new Error('it does not run yet');
    return found;
  });
  await eventually(async () =>
    expect(await (await fetch(url)).text()).toMatch(/^aws_client_vpn_up\{[^}]*\} 1$/m),
  );
});

import { expect, test } from 'vitest';
import { type Lab, openLab } from './lab.ts';

// The two connections that AWS publishes as an example of describe-client-vpn-connections (AWS CLI reference), to the byte.
const ENDPOINT = 'cvpn-endpoint-123456789123abcde';
const at = (time: string) => Date.parse(`2019-08-12T${time}Z`);

async function publishedExample(): Promise<Lab> {
  let now = at('07:57:14');
  const lab = await openLab({}, { now: () => now });
  const { world } = lab;
  world.addEndpoint({ id: ENDPOINT });
  const ended = world.connect(ENDPOINT, {
    id: 'cvpn-connection-0e03eb24267165acd',
    commonName: 'client1',
    clientIp: '172.31.0.225',
  });
  world.talk(ended, { ingressBytes: 32302, ingressPackets: 332, egressBytes: 5696, egressPackets: 67 });
  now = at('07:58:34');
  world.disconnect(ended);
  now = at('08:02:53');
  const active = world.connect(ENDPOINT, {
    id: 'cvpn-connection-00668867a40f18253',
    commonName: 'client1',
    clientIp: '172.31.0.226',
  });
  now = at('08:02:54');
  world.talk(active, { ingressBytes: 2951, ingressPackets: 9, egressBytes: 2611, egressPackets: 6 });
  return lab;
}

test("once gives the figures of AWS' published example", async () => {
  const { code, stdout } = await (await publishedExample()).once();
  expect(code).toBe(0);
  const labels = `account_id="111122223333",region="eu-west-1",endpoint_id="${ENDPOINT}"`;
  const zero = ['failed-to-terminate', 'terminating'];
  const gauge = (name: string, active: number, terminated: number) =>
    [['active', active], ['terminated', terminated], ...zero.map((status) => [status, 0])].map(
      ([status, value]) => `aws_client_vpn_${name}{${labels},status="${status}"} ${value}`,
    );
  expect(stdout.match(/^aws_client_vpn_connections(_(in|e)gress_(bytes|packets))?\{.*$/gm)?.sort()).toEqual(
    [
      ...gauge('connections', 1, 1),
      ...gauge('connections_ingress_bytes', 2951, 32302),
      ...gauge('connections_ingress_packets', 9, 332),
      ...gauge('connections_egress_bytes', 2611, 5696),
      ...gauge('connections_egress_packets', 6, 67),
    ].sort(),
  );
  const established = 'aws_client_vpn_oldest_connection_established_timestamp_seconds';
  expect(stdout).toContain(`\n${established}{${labels},status="active"} ${at('08:02:53') / 1000}\n`);
  expect(stdout).toContain(`\naws_client_vpn_up{${labels}} 1\n`);
});

test("connections prints AWS' published example as a table for people", async () => {
  const { code, stdout, stderr } = await (await publishedExample()).run('connections');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe(
    `\
REGION     ENDPOINT                         CONNECTION                         STATUS      USERNAME  COMMON NAME  CLIENT IP     ESTABLISHED           ENDED                 INGRESS BYTES  EGRESS BYTES  INGRESS PACKETS  EGRESS PACKETS
eu-west-1  cvpn-endpoint-123456789123abcde  cvpn-connection-00668867a40f18253  active      -         client1      172.31.0.226  2019-08-12T08:02:53Z  -                              2951          2611                9               6
eu-west-1  cvpn-endpoint-123456789123abcde  cvpn-connection-0e03eb24267165acd  terminated  -         client1      172.31.0.225  2019-08-12T07:57:14Z  2019-08-12T07:58:34Z          32302          5696              332              67
`,
  );
});

test("connections prints AWS' published example as JSON and CSV", async () => {
  const lab = await publishedExample();
  const common = { account_id: '111122223333', region: 'eu-west-1', endpoint_id: ENDPOINT };
  const rows = [
    {
      ...common,
      connection_id: 'cvpn-connection-00668867a40f18253',
      status: 'active',
      status_message: null,
      username: null,
      common_name: 'client1',
      client_ip: '172.31.0.226',
      client_ipv6: null,
      established_at: '2019-08-12T08:02:53Z',
      ended_at: null,
      updated_at: '2019-08-12T08:02:54Z',
      ingress_bytes: '2951',
      egress_bytes: '2611',
      ingress_packets: '9',
      egress_packets: '6',
      posture_compliance_statuses: [],
    },
    {
      ...common,
      connection_id: 'cvpn-connection-0e03eb24267165acd',
      status: 'terminated',
      status_message: null,
      username: null,
      common_name: 'client1',
      client_ip: '172.31.0.225',
      client_ipv6: null,
      established_at: '2019-08-12T07:57:14Z',
      ended_at: '2019-08-12T07:58:34Z',
      updated_at: '2019-08-12T07:58:34Z',
      ingress_bytes: '32302',
      egress_bytes: '5696',
      ingress_packets: '332',
      egress_packets: '67',
      posture_compliance_statuses: [],
    },
  ];
  const json = await lab.run('connections', '--output=json');
  expect(json).toMatchObject({ code: 0, stdout: `${JSON.stringify(rows, null, 2)}\n` });

  const csv = await lab.run('connections', '--output=csv');
  const lines = [
    Object.keys(rows[0] ?? {}),
    ...rows.map((row) => Object.values(row).map((cell) => cell ?? '')),
  ];
  expect(csv).toMatchObject({ code: 0, stdout: lines.map((line) => `${line.join(',')}\r\n`).join('') });
});

import { refuseDryRun, succeed } from '../ec2/answers.ts';
import { type Answer, type Call, Refusal } from '../wire/service.ts';
import { branch, leaf, list } from '../wire/xml.ts';
import type { Connection } from './connection.ts';
import type { World } from './world.ts';

/** By user name AWS ends five at most. */
const MOST_OF_A_USER = 5;

/** Answers TerminateClientVpnConnections: what it names is `terminating` from now on, what happens then is up to the world. */
export function terminate(world: World, endpointId: string, call: Call): Answer {
  const { ConnectionId: id, Username: username } = call.params;
  if (id && username)
    throw new Refusal(
      400,
      'InvalidParameterCombination',
      'The parameter ConnectionId cannot be used with the parameter Username',
    );
  if (!id && !username)
    throw new Refusal(
      400,
      'MissingParameter',
      'The request must contain the parameter ConnectionId or Username',
    );
  refuseDryRun(call);
  const living = world.connections(endpointId).filter(({ endedAt }) => endedAt === undefined);
  const meant = living.filter((connection) =>
    id ? connection.id === id : connection.text('username') === username,
  );
  if (meant.length === 0) throw notFound(id, username);
  if (!id && meant.length > MOST_OF_A_USER)
    throw new Refusal(
      400,
      'ClientVpnTerminateConnectionsLimitExceeded',
      `User ${username} has more than ${MOST_OF_A_USER} connections`,
    );
  const statuses = meant.map((connection) => {
    const before = branch('previousStatus', statusOf(connection));
    if (connection.status !== 'terminating') world.beginTerminate(connection.id);
    return leaf('connectionId', connection.id) + before + branch('currentStatus', statusOf(connection));
  });
  return succeed(call, [
    leaf('clientVpnEndpointId', endpointId),
    leaf('username', username),
    list('connectionStatuses', statuses),
  ]);
}

function statusOf(connection: Connection): string {
  return leaf('code', connection.text('statusCode')) + leaf('message', connection.text('statusMessage'));
}

function notFound(id: string | undefined, username: string | undefined): Refusal {
  return id
    ? new Refusal(400, 'InvalidClientVpnConnection.IdNotFound', `Connection ${id} does not exist`)
    : new Refusal(
        400,
        'InvalidClientVpnConnection.UserNotFound',
        `User ${username} does not have an active connection`,
      );
}

import type { Parameters, ParametersChange, Request } from './change.ts';
import { command } from './command.ts';
import { type Context, type Kind, readBack } from './kind.ts';

/**
 * Having an integration send more. What is not named stays as it is, and what is sent empty goes; the whole of it is sent all the same, so that it
 * would come to the same if what is sent replaced what is there.
 */
export const parameters: Kind<ParametersChange> = {
  show(change, place) {
    const { integrationId, before, after } = change;
    const request = (sent: Parameters): Request => ({
      method: 'PATCH',
      path: `/v2/apis/${place.apiId}/integrations/${integrationId}`,
      body: { requestParameters: sent },
      command: command(
        place,
        'apigatewayv2',
        'update-integration',
        ...['--api-id', place.apiId, '--integration-id', integrationId],
        '--request-parameters',
        sent,
      ),
    });
    return {
      title: `Have the integration ${integrationId} send ${Object.keys(after).length - Object.keys(before).length} headers more`,
      before: toLines(before),
      after: toLines(after),
      requests: [request(after)],
      undoing: [request(toUndo(change))],
    };
  },

  async stand({ integrationId, before, after, left = after }, context) {
    const now = await read(integrationId, context);
    if (isSame(now, before)) return 'before';
    if (isSame(now, left) || isSame(now, after)) return 'left';
    return {
      otherwise: `the integration ${integrationId} now has the parameters: ${toLines(now).join(', ')}`,
    };
  },

  async carryOut(change, context) {
    const { integrationId, after } = change;
    await context.writes.setParameters(context.place.apiId, integrationId, after);
    const left = await readBack(
      context.clock,
      () => read(integrationId, context),
      (now) => isSame(now, after),
    );
    const done = { change: { ...change, left } };
    return isSame(left, after) ? done : { ...done, otherwise: otherwise(integrationId, left) };
  },

  async undo(change, context) {
    const { integrationId, before } = change;
    await context.writes.setParameters(context.place.apiId, integrationId, toUndo(change));
    const left = await readBack(
      context.clock,
      () => read(integrationId, context),
      (now) => isSame(now, before),
    );
    return isSame(left, before) ? undefined : otherwise(integrationId, left);
  },
};

async function read(integrationId: string, { place, reads }: Context): Promise<Parameters> {
  return (await reads.integration(place.apiId, integrationId)).parameters;
}

/** What was before, and nothing of what was added. */
function toUndo({ before, after, left = after }: ParametersChange): Parameters {
  const added = Object.keys({ ...after, ...left }).filter((name) => !Object.hasOwn(before, name));
  return { ...before, ...Object.fromEntries(added.map((name) => [name, ''])) };
}

function otherwise(integrationId: string, left: Parameters): string {
  return `the integration ${integrationId} reads back with: ${toLines(left).join(', ')}`;
}

function isSame(one: Parameters, other: Parameters): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

/** Constants can be secrets: they are not shown. */
function toLines(shown: Parameters): string[] {
  const lines = Object.entries(shown).map(
    ([name, value]) => `${name}: ${value.startsWith("'") ? "'…'" : value}`,
  );
  return lines.length > 0 ? lines : ['no parameters'];
}

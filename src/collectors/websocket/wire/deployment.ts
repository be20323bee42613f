import { sleep } from '../../../core/clock.ts';
import type { DeploymentChange } from './change.ts';
import { command } from './command.ts';
import { type Context, type Kind, readBack } from './kind.ts';

/** AWS' model says DEPLOYED, its words SUCCEEDED. */
const DONE = /^(DEPLOYED|SUCCEEDED)$/;
const LONGEST_MS = 60_000;
const BETWEEN_LOOKS_MS = 500;

/** Deploying the API to a stage that does not deploy by itself. */
export const deployment: Kind<DeploymentChange> = {
  show({ stage, before, mark }, place) {
    const { apiId } = place;
    const back = {
      method: 'PATCH',
      path: `/v2/apis/${apiId}/stages/${stage}`,
      body: { deploymentId: before },
      command: command(
        place,
        'apigatewayv2',
        'update-stage',
        ...['--api-id', apiId, '--stage-name', stage, '--deployment-id', before],
      ),
    };
    const hasBefore = before !== '';
    return {
      title: `Deploy the API to the stage ${stage}`,
      before: [hasBefore ? `deployment ${before}` : 'no deployment'],
      after: ['a new deployment, of all that is pending'],
      requests: [
        {
          method: 'POST',
          path: `/v2/apis/${apiId}/deployments`,
          body: { description: mark, stageName: stage },
          command: command(
            place,
            'apigatewayv2',
            'create-deployment',
            ...['--api-id', apiId, '--stage-name', stage, '--description', mark],
          ),
        },
      ],
      undoing: hasBefore ? [back] : [],
      undoNote: hasBefore
        ? 'which takes back all that was published with it'
        : 'the stage keeps it, for it had no deployment before',
    };
  },

  async stand(change, context) {
    const now = await pointed(change, context);
    if (now === change.before) return 'before';
    if (now === change.left) return 'left';
    // An answer that was lost left no id.
    if (change.left === undefined && now !== '') {
      const { description } = await context.reads.deployment(context.place.apiId, now);
      if (description === change.mark) return 'left';
    }
    return {
      otherwise: `the stage ${change.stage} was deployed since: it is at deployment ${now || 'none'}`,
    };
  },

  async carryOut(change, context) {
    const { place, reads, writes, clock } = context;
    const left = await writes.deploy(place.apiId, change.stage, change.mark);
    const done = { change: { ...change, left } };
    const until = clock.monotonic() + LONGEST_MS;
    for (;;) {
      const { status, message } = await reads.deployment(place.apiId, left);
      if (DONE.test(status)) break;
      if (status === 'FAILED' || clock.monotonic() > until)
        return { ...done, otherwise: `the deployment ${left} is ${status}${message && `: ${message}`}` };
      await sleep(clock, BETWEEN_LOOKS_MS);
    }
    const now = await readBack(
      clock,
      () => pointed(change, context),
      (id) => id === left,
    );
    if (now === left) return done;
    return { ...done, otherwise: `the stage ${change.stage} is at deployment ${now}, not at ${left}` };
  },

  async undo(change, context) {
    if (change.before === '') return undefined;
    await context.writes.pointTo(context.place.apiId, change.stage, change.before);
    const now = await readBack(
      context.clock,
      () => pointed(change, context),
      (id) => id === change.before,
    );
    return now === change.before
      ? undefined
      : `the stage ${change.stage} is at deployment ${now}, not at ${change.before}`;
  },
};

async function pointed({ stage }: DeploymentChange, { place, reads }: Context): Promise<string> {
  return (await reads.stage(place.apiId, stage)).deploymentId;
}

import { openAws, resolveTargets } from '../app/aws.ts';
import { createLogger } from '../app/log.ts';
import { Calls } from '../aws/calls.ts';
import { unwire, type WireDeps, wire as wireApi } from '../collectors/websocket/wire/index.ts';
import { systemClock } from '../core/clock.ts';
import { toSentence } from '../core/error-text.ts';
import type { Args } from './args.ts';
import { readConfigOrExplain } from './configuration.ts';
import type { Flags } from './flags.ts';
import { print } from './output.ts';
import { abortOnSignal } from './signals.ts';

/** Has a WebSocket API tell who comes and goes, as far as the flags want: a plan, the plan carried out, or what was before. */
export async function wire({ flags, topic }: Args): Promise<number> {
  const wiring = topic === 'headers' ? 'headers' : 'access-log';
  const misuse = toMisuse(wiring, flags);
  if (misuse !== undefined) {
    complain(misuse);
    return 2;
  }
  const config = readConfigOrExplain(flags['config.file']);
  if (!config) return 1;
  const clock = systemClock;
  const logger = createLogger({ level: flags['log.level'], format: flags['log.format'] });
  const aws = openAws(config, { clock, calls: new Calls(clock), logger });
  const { signal, release } = abortOnSignal();
  const { undo, 'api-id': apiId = '' } = flags;
  if (flags.apply || undo !== undefined)
    signal.addEventListener('abort', () => complain('stopping when the change under way is done'));
  try {
    const deps: WireDeps = { aws, targets: await resolveTargets(config), clock, signal, print, complain };
    if (undo !== undefined) return (await unwire(wiring, undo, deps)) ? 0 : 1;
    const wanted = {
      wiring,
      apiId,
      stages: flags.stage,
      logGroup: flags['log-group'],
      applies: flags.apply,
      deploys: flags.deploy,
      isForced: flags.force,
      wantsToken: config.intake.token_file !== null,
    } as const;
    return (await wireApi(wanted, deps)) ? 0 : 1;
  } catch (error) {
    complain(toSentence(error));
    return 1;
  } finally {
    release();
    aws.close();
  }
}

/** Flags that do not go together, in a sentence. */
function toMisuse(wiring: string, flags: Flags): string | undefined {
  if (flags.undo !== undefined) {
    const others = ['api-id', 'stage', 'log-group', 'apply', 'deploy', 'force'] as const;
    const given = others.find((name) => (Array.isArray(flags[name]) ? flags[name].length > 0 : flags[name]));
    return given && `--undo takes everything from its file: leave --${given} out`;
  }
  if (flags['api-id'] === undefined)
    return `wire ${wiring} needs --api-id=ID; \`aws apigatewayv2 get-apis\` lists them`;
  if (wiring === 'access-log' && flags.stage.length === 0)
    return `wire access-log needs --stage=NAME; \`aws apigatewayv2 get-stages --api-id ${flags['api-id']}\` lists them`;
  if (wiring === 'headers' && flags.stage.length > 0 && !flags.deploy)
    return '--stage has a meaning for wire headers with --deploy only: integrations are those of all stages';
  return undefined;
}

function complain(text: string): void {
  process.stderr.write(`aws-connections-exporter: ${text}\n`);
}

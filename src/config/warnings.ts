import { eachDomain } from '../collectors/index.ts';
import type { Config } from './schema.ts';

/** What is probably not meant in a configuration that can be used, a line each: `websocket.endpoints[0].url: …`. */
export function warningsOf(config: Config): readonly string[] {
  return [
    ...idleWarnings(config),
    ...eachDomain((key, domain) => [...(domain.warnings?.(config[key], config) ?? [])]).flat(),
    ...intakeWarnings(config),
  ];
}

function* idleWarnings(config: Config) {
  if (!eachDomain((key) => config[key].enabled).includes(true))
    yield 'nothing is enabled: there will be nothing to export';
}

function* intakeWarnings({ intake }: Config) {
  if (intake.enabled && intake.token_file === null)
    yield 'intake.token_file: without it, whoever reaches the intake can invent connections and end them';
}

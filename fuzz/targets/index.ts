import type { Target } from '../target.ts';
import { accessLogRows } from './access-log-rows.ts';
import { awsAnswers } from './aws-answers.ts';
import { configuration } from './configuration.ts';
import { connectionsXml } from './connections-xml.ts';
import { http } from './http.ts';
import { idsFile } from './ids-file.ts';
import { intake } from './intake.ts';
import { queueMessages } from './queue-messages.ts';
import { scrapeHeaders } from './scrape-headers.ts';
import { stateFiles } from './state-files.ts';
import { vpnConnectionsXml } from './vpn-connections-xml.ts';
import { webConfig } from './web-config.ts';

/** Everything that is fuzzed, in the order of the table. */
export const targets: readonly Target[] = [
  connectionsXml,
  vpnConnectionsXml,
  awsAnswers,
  intake,
  accessLogRows,
  queueMessages,
  http,
  scrapeHeaders,
  configuration,
  webConfig,
  idsFile,
  stateFiles,
];

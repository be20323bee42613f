import type { Study } from '../frame/row.ts';
import { accessLog } from './access-log.ts';
import { coverage } from './coverage.ts';
import { floods } from './floods.ts';
import { intakeInTrouble } from './intake-in-trouble.ts';

/** Tables of their own, which come after that of the rows. */
export const studies: readonly Study[] = [coverage, intakeInTrouble, accessLog, floods];

import { bundle } from '../rolldown.config.ts';

/** The program that is soaked is the one that is shipped; this only stands around it. */
export default bundle('soak/main.ts', '.cache/soak');

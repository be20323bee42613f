import { bundle } from '../rolldown.config.ts';

/** What is fuzzed is built as what is shipped. */
export default bundle('fuzz/main.ts', '.cache/fuzz');

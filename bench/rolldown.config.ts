import { bundle } from '../rolldown.config.ts';

/** What is measured is built as what is shipped. */
export default bundle('bench/main.ts', '.cache/bench');

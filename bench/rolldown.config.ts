import { bundle, program } from '../rolldown.config.ts';

/** What is measured is built as what is shipped. */
export default bundle({ ...program, main: 'bench/main.ts' }, '.cache/bench');

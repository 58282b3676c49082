/** Whether this is a long run: more rounds of everything that is left to chance. */
export const long = process.env['TIDINGS_TEST_LONG'] === '1';

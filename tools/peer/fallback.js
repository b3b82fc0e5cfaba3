// The default export of the test, if it has one.
import * as tests from './test.js';

export default tests.default ?? {};

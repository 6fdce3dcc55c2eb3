/** The file of expected deviations that an audit looks for beside the targets file. */
export const EXPECTED_FILE = 'mailspec-expected.yaml';

/** Where targets are declared unless a command line says otherwise. */
export const TARGETS_FILE = 'targets.yaml';

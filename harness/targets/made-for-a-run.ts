import { claims } from '../model/claims.ts';
import { conformanceStatement } from '../model/conformance-statement.ts';
import { mailDomain, wait } from '../model/fields.ts';
import { TIMING, timing } from '../model/timing.ts';
import { clientAddresses, connections, expect, hostName, permissions, SURVIVED } from './fields.ts';

/** What is declared alike of all targets that a run makes and removes: containers and compose projects. */
export const MADE_FOR_A_RUN = {
  'mail-domain': mailDomain,
  'host-name': hostName.describe('Name that users configure and certificates carry.'),
  'client-addresses': clientAddresses,
  'start-timeout': wait.prefault('60s').describe('Time until every role must have greeted.'),
  connections: connections.default(20),
  permissions: permissions(SURVIVED),
  claims: claims.prefault({}),
  'conformance-statement': conformanceStatement.exactOptional(),
  timing: timing(TIMING).prefault({}),
  expect,
};

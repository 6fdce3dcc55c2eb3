import type { TargetRecord } from './record.ts';
import { seenTls } from './seen-tls.ts';

/**
 * What a run saw at the ports of a target and its conformance statement does not have, one sentence each. A statement
 * that lists no versions or no suites is not compared; nothing says that what it lists was seen.
 */
export function statementDifferences(
  target: Pick<TargetRecord, 'results' | 'controls' | 'conformanceStatement'>,
): readonly string[] {
  const { tlsVersions, cipherSuites } = target.conformanceStatement ?? {};
  return seenTls(target).flatMap(({ role, protocol, cipher }) => [
    ...(tlsVersions && !tlsVersions.includes(protocol)
      ? [`${role} spoke ${protocol}, which the statement does not list.`]
      : []),
    ...(cipherSuites && !cipherSuites.includes(cipher)
      ? [`${role} took ${cipher} in ${protocol}, which the statement does not list.`]
      : []),
  ]);
}

import { type Check, type CheckBody, type CheckDefinition, check } from '../../check/define.ts';

/** A definition in due form, with what a test is about put over it. */
export function definitionOf(over: Partial<CheckDefinition> = {}): CheckDefinition {
  return {
    id: 'SMTP-999',
    slug: 'made-for-a-test',
    title: 'A server does what the test demands',
    sends: 'what the body sends',
    demands: 'what the body verifies',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc5321#4.2'],
    roles: ['mx'],
    needs: [],
    effect: 'reads',
    safety: 'safe',
    budget: '10s',
    kills: ['mx-omits-starttls'],
    ...over,
  } as CheckDefinition;
}

/** A check around a body that a test is about. */
export function checkOf(body: CheckBody, over: Partial<CheckDefinition> = {}): Check {
  return check(definitionOf(over), body);
}

import type { Services } from '../../harness/check/check.ts';
import { assertStrangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { localSenderOpensTheWay, RELAY_CONTROLS } from './controls.ts';
import { createFields } from './fields.ts';
import { type Form, nameOf, PRETENDER } from './forms.ts';
import { createSupply, trialsOf } from './supply.ts';
import { judgeRelaying, observe } from './trials.ts';

/** The clauses by which a server must be able to tell strangers from users, and must do so. */
export const NO_RELAY_CLAUSES = ['rfc5321#3.6.2', 'rfc2505#2.1', 'rfc5068#3.2'] as const;

/** What the checks for one way to relay have in common. */
export const RELAY_CHECK = {
  demands:
    'a refusal with 5yz, or with 4yz that lasts; whatever is accepted is not delivered to the receiving server elsewhere',
  level: 'MUST',
  severity: 'critical',
  clauses: NO_RELAY_CLAUSES,
  roles: ['mx'],
  needs: ['dns', 'sink'],
  effect: 'delivers',
  safety: 'sends-mail',
  budget: '100s',
  considers: RELAY_CONTROLS,
} as const;

/** Tries forms on the mail exchanger, two on a connection, and judges each by what is delivered. */
export async function judgeForms(services: Services, forms: readonly Form[]): Promise<void> {
  const { smtp, variant, notApplicable } = services;
  assertStrangersAreServed(services);
  const roundabout = forms.filter(({ sender }) => sender === PRETENDER);
  const control = roundabout.length > 0 ? services.finding(localSenderOpensTheWay) : undefined;
  const moot = control?.opens ? roundabout : [];
  const tried = forms.filter((form) => !moot.includes(form));
  const supply = createSupply(() => smtp({ at: 'ready' }));
  const trials = await trialsOf(services, createFields(services), tried, supply);
  await judgeRelaying(services, await observe(services, trials, supply.close));
  for (const form of moot) {
    await variant(nameOf(form), async () =>
      notApplicable(
        'A local sender opens the way whoever the recipient is, which RLY-003 judges.',
        control?.line ?? '',
      ),
    );
  }
}

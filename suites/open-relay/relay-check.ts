import type { Services, SmtpClient } from '../../harness/check/check.ts';
import { assertStrangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { localSenderOpensTheWay, RELAY_CONTROLS } from './controls.ts';
import { createFields } from './fields.ts';
import { type Form, nameOf, PRETENDER } from './forms.ts';
import { createSupply, trialsOf } from './supply.ts';
import { judgeRelaying, observe } from './trials.ts';
import { WITHOUT_LAB } from './without-delivery.ts';

/** The clauses by which a server must be able to tell strangers from users, and must do so. */
export const NO_RELAY_CLAUSES = ['rfc5321#7.9', 'rfc2505#2.1', 'rfc5068#3.2'] as const;

/** What the checks for one way to relay have in common. */
export const RELAY_CHECK = {
  demands:
    'a refusal with 5yz, or with 4yz that lasts; whatever is accepted is not delivered to the receiving server elsewhere',
  level: 'MUST',
  severity: 'critical',
  clauses: NO_RELAY_CLAUSES,
  roles: ['mx'],
  needs: ['dns', 'sink'],
  withoutLab: 'decides',
  effect: 'delivers',
  safety: 'sends-mail',
  budget: '100s',
  considers: RELAY_CONTROLS,
  limits: [WITHOUT_LAB],
} as const;

/** Tries forms on the mail exchanger, two on a connection, and judges each by what is delivered. */
export async function judgeForms(services: Services, forms: readonly Form[]): Promise<void> {
  const { smtp, variant, notApplicable } = services;
  assertStrangersAreServed(services);
  const roundabout = forms.filter(({ sender }) => sender === PRETENDER);
  const control = roundabout.length > 0 ? services.finding(localSenderOpensTheWay) : undefined;
  const moot = control?.opens ? roundabout : [];
  const tried = forms.filter((form) => !moot.includes(form));
  await tryForms(services, tried, [{ name: '', open: () => smtp({ at: 'ready' }) }]);
  for (const form of moot) {
    await variant(nameOf(form), async () =>
      notApplicable(
        'A local sender opens the way whoever the recipient is, which RLY-003 judges.',
        control?.line ?? '',
      ),
    );
  }
}

/** Where forms are tried. */
export interface Surroundings {
  /** Stands in front of the name of each form. */
  readonly name: string;
  /** A client that has said hello. */
  open(): Promise<SmtpClient>;
}

/** Tries the same forms in each of the surroundings, two on a connection, and judges each by what is delivered. */
export async function tryForms(
  services: Services,
  forms: readonly Form[],
  surroundings: readonly Surroundings[],
): Promise<void> {
  const fields = createFields(services);
  const supplies = surroundings.map(({ name, open }) => ({ name, supply: createSupply(open) }));
  const trials = await Promise.all(
    supplies.map(({ name, supply }) => trialsOf(services, fields, forms, supply, name)),
  );
  const release = () => {
    for (const { supply } of supplies) supply.close();
  };
  await judgeRelaying(services, await observe(services, trials.flat(), release));
}

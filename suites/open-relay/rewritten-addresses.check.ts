import { check } from '../../harness/check/check.ts';
import { REWRITTEN } from './forms.ts';
import { judgeForms, RELAY_CHECK } from './relay-check.ts';

export const forgedRewritingIsNotRelayed = check(
  {
    ...RELAY_CHECK,
    id: 'RLY-018',
    slug: 'forged-rewriting-is-not-relayed',
    title: 'Rewritten-address forwarding (SRS, BATV, VERP) cannot be used as a relay',
    sends:
      'recipients in the forms that forwarding, bounce tagging and mailing lists make, with an address elsewhere inside and a hash that nobody computed',
    demands: 'a refusal, or delivery on the spot',
    severity: 'medium',
    kills: ['mx-relays-forged-srs'],
  },
  (services) => judgeForms(services, REWRITTEN),
);

import type { Services } from '../../harness/check/check.ts';
import { keyName } from './author.ts';

/** Names of the keys that are declared; ends the check where none is. */
export function declaredKeys({ target, notApplicable }: Services): readonly string[] {
  const { dkimSelectors } = target.claims;
  if (dkimSelectors.length === 0)
    return notApplicable(
      'No mail of the target is seen without a lab, and no selector of its signatures is declared.',
      'dkim-selectors is empty',
    );
  return dkimSelectors.map((selector) =>
    selector.toLowerCase().includes('._domainkey.') ? selector : keyName({ selector, domain: target.domain }),
  );
}

import type { FaultName } from '../../../model/faults.ts';

/** A fault in what leaves the server signed. */
export interface SigningObservation {
  readonly good: RegExp;
  readonly faulty: RegExp;
  /**
   * What is looked at: a message of a user to herself, a report of a delivery, a message from a stranger, or
   * the texts that are published. Signatures are told as domain, algorithm, result, `l=` and `h=`.
   */
  readonly see: 'own' | 'report' | 'stranger' | 'records';
}

const GOOD =
  /^example\.test rsa-sha256 pass - from:from:\S+\|example\.test ed25519-sha256 pass - from:from:\S+$/;

/** Faults in the signing of mail, and in what is published about it. */
export const SENT_SIGNATURES: Partial<Record<FaultName, SigningObservation>> = {
  'signs-nothing': { see: 'own', good: GOOD, faulty: /^$/ },
  'signs-no-reports': { see: 'report', good: GOOD, faulty: /^$/ },
  'signs-stuffed-dots': { see: 'own', good: GOOD, faulty: /^(example\.test \S+ fail \S+ \S+\|?){2}$/ },
  'signs-with-sha1': { see: 'own', good: GOOD, faulty: /^example\.test rsa-sha1 policy \S+ \S+$/ },
  'signs-with-short-key': { see: 'own', good: GOOD, faulty: /^example\.test rsa-sha256 policy \S+ \S+$/ },
  'signs-with-1024-bits': { see: 'own', good: GOOD, faulty: /^example\.test rsa-sha256 pass \S+ \S+$/ },
  'signs-without-author': {
    see: 'own',
    good: GOOD,
    faulty: /^(example\.test \S+ neutral - to:subject\|?){2}$/,
  },
  'signs-author-once': {
    see: 'own',
    good: GOOD,
    faulty: /^(example\.test \S+ pass - date:message-id:from:to:subject\|?){2}$/,
  },
  'signs-nothing-of-the-body': {
    see: 'own',
    good: GOOD,
    faulty: /^(example\.test \S+ pass 0 \S+\|?){2}$/,
  },
  'signs-as-provider': { see: 'own', good: GOOD, faulty: /^(provider\.example \S+ pass - \S+\|?){2}$/ },
  'signs-mail-of-strangers': { see: 'stranger', good: /^$/, faulty: GOOD },
  'key-record-in-two': {
    see: 'records',
    good: /^(v=DKIM1; k=\S+ p=\S{40,}\n?){2}$/,
    faulty: /^v=DKIM1; k=rsa; p=\S{30}\n\S+\nv=DKIM1; k=ed25519; p=\S{30}\n\S+$/,
  },
  'key-record-in-test-mode': {
    see: 'records',
    good: /^(v=DKIM1; k=\S+ p=\S{40,}\n?){2}$/,
    faulty: /^(v=DKIM1; t=y; k=\S+ p=\S{40,}\n?){2}$/,
  },
};

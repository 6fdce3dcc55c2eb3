import { describe, expect, test } from 'vitest';
import { TYPE } from '../types.ts';
import { proofByNsec } from './nsec.ts';
import { provesNoName, provesNoType } from './proof.ts';

const nsec = (owner: string, next: string, ...types: number[]) => ({ owner, next, types: new Set(types) });

describe('what an NSEC record says of a name', () => {
  const CUT = [nsec('child.test', 'mail.test', TYPE.NS)];

  test('the record of a cut speaks of DS alone', () => {
    const proof = proofByNsec(CUT, 'child.test', 'test');
    expect(provesNoType(proof, TYPE.DS)).toBe('proven');
    expect(provesNoType(proof, TYPE.MX)).toBe('unproven');
  });

  test('nothing below a cut is denied by the zone above', () => {
    expect(proofByNsec(CUT, 'mx.child.test', 'test')).toBeNull();
  });

  test('the zone below a cut does not deny its own DS', () => {
    const apex = proofByNsec([nsec('test', 'a.test', TYPE.NS, TYPE.SOA)], 'test', 'test');
    expect(provesNoType(apex, TYPE.DS)).toBe('unproven');
    expect(provesNoType(apex, TYPE.MX)).toBe('proven');
  });

  test('an alias has every type of what it leads to', () => {
    const alias = proofByNsec([nsec('www.test', 'x.test', TYPE.CNAME)], 'www.test', 'test');
    expect(provesNoType(alias, TYPE.A)).toBe('unproven');
  });

  test('that a name does not exist takes the wildcard in its place too', () => {
    const gap = nsec('a.test', 'm.test', TYPE.A);
    expect(provesNoName(proofByNsec([gap], 'b.test', 'test'))).toBe('unproven');
    const apex = nsec('test', 'a.test', TYPE.NS, TYPE.SOA);
    expect(provesNoName(proofByNsec([gap, apex], 'b.test', 'test'))).toBe('proven');
  });

  test('a compact denial names the type of what is not there', () => {
    const proof = proofByNsec([nsec('b.test', '\\000.b.test', 128)], 'b.test', 'test');
    expect(provesNoName(proof)).toBe('proven');
    expect(provesNoType(proof, TYPE.A)).toBe('proven');
    expect(provesNoName(proofByNsec([nsec('b.test', 'c.test', TYPE.A)], 'b.test', 'test'))).toBe('unproven');
  });
});

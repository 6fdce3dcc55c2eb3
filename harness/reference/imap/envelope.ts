import { type HeaderField, splitAddressList } from '../message/header.ts';
import { list, nstring, octets } from './encoding.ts';

/** ENVELOPE (RFC 9051 §7.5.2): the header fields of a message as a list. */
export function envelope(fields: readonly HeaderField[]): Buffer {
  const value = (name: string) => fields.find((field) => field.name === name)?.value;
  const from = addresses(value('from'));
  return list([
    nstring(value('date')),
    nstring(value('subject')),
    from,
    addresses(value('sender'), from),
    addresses(value('reply-to'), from),
    addresses(value('to')),
    addresses(value('cc')),
    addresses(value('bcc')),
    nstring(value('in-reply-to')),
    nstring(value('message-id')),
  ]);
}

/** Addresses in parentheses; `fallback` or NIL where there are none. */
function addresses(value: string | undefined, fallback: Buffer = octets('NIL')): Buffer {
  const members = value === undefined ? [] : splitAddressList(value);
  if (members.length === 0) return fallback;
  return Buffer.concat([octets('('), ...members.map(address), octets(')')]);
}

function address(member: string): Buffer {
  const match = /^(.*?)<([^<>]*)>$/s.exec(member);
  const spec = match?.[2] ?? member;
  const at = spec.lastIndexOf('@');
  const name = match?.[1]
    ?.trim()
    .replace(/^"(.*)"$/s, '$1')
    .replace(/\\(.)/gs, '$1');
  const [local, host] = at < 0 ? [spec, ''] : [spec.slice(0, at), spec.slice(at + 1)];
  return list([nstring(name || undefined), octets('NIL'), nstring(local), nstring(host)]);
}

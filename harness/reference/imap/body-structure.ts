import { CRLF } from '../../wire/bytes.ts';
import { fieldValue, type MimePart, parameterized } from '../message/mime.ts';
import { list, nstring, octets } from './encoding.ts';
import { envelope } from './envelope.ts';

const NIL = octets('NIL');

/** BODY and, with `extended`, BODYSTRUCTURE (RFC 9051 §7.5.2). */
export function bodyStructure(part: MimePart, extended: boolean): Buffer {
  const { fields } = part.split;
  const disposition = fieldValue(fields, 'content-disposition');
  const tail = [
    disposition === undefined ? NIL : dispositionOf(disposition),
    languageOf(fieldValue(fields, 'content-language')),
    nstring(fieldValue(fields, 'content-location')),
  ];
  if (part.parts.length > 0) {
    const inner = Buffer.concat(part.parts.map((child) => bodyStructure(child, extended)));
    const items = [inner, nstring(part.subtype.toUpperCase())];
    return list(extended ? [...items, parameterList(part.parameters), ...tail] : items);
  }
  const items = [
    nstring(part.type.toUpperCase()),
    nstring(part.subtype.toUpperCase()),
    parameterList(part.parameters),
    nstring(fieldValue(fields, 'content-id')),
    nstring(fieldValue(fields, 'content-description')),
    nstring((fieldValue(fields, 'content-transfer-encoding') ?? '7bit').toUpperCase()),
    octets(String(part.split.body.length)),
  ];
  const lineCount = octets(String(countLines(part.split.body)));
  if (part.inner)
    items.push(envelope(part.inner.split.fields), bodyStructure(part.inner, extended), lineCount);
  else if (part.type === 'text') items.push(lineCount);
  return list(extended ? [...items, nstring(fieldValue(fields, 'content-md5')), ...tail] : items);
}

function parameterList(parameters: ReadonlyMap<string, string>): Buffer {
  if (parameters.size === 0) return NIL;
  return list([...parameters].flatMap(([name, value]) => [nstring(name.toUpperCase()), nstring(value)]));
}

function dispositionOf(text: string): Buffer {
  const { value, parameters } = parameterized(text);
  return list([nstring(value.toUpperCase()), parameterList(parameters)]);
}

function languageOf(text: string | undefined): Buffer {
  return text === undefined ? NIL : list(text.split(',').map((language) => nstring(language.trim())));
}

function countLines(body: Buffer): number {
  let count = 0;
  for (let at = body.indexOf(CRLF); at >= 0; at = body.indexOf(CRLF, at + CRLF.length)) count++;
  return count;
}

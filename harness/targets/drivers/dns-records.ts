import type { ZoneRecord } from 'net-mocks';
import { visible } from '../../evidence/visible.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import type { DnsRecordSettings } from '../dns-records.ts';

/** Octets of one string in a TXT record, RFC 1035 section 3.3. */
const LONGEST_STRING = 255;

/**
 * The declared records, as the lab publishes them.
 * @param read reads a file in the container that the record with this number names
 * @param placeOfRecord where that record stands in the targets file
 * @throws ConfigurationError for a file that holds no text of a TXT record
 */
export function zoneRecordsOf(
  declared: readonly DnsRecordSettings[],
  read: (path: string, index: number) => Promise<string>,
  placeOfRecord: (index: number) => string,
): Promise<ZoneRecord[]> {
  return Promise.all(
    declared.map(async (record, index): Promise<ZoneRecord> => {
      if (record.type !== 'TXT') return record;
      const { name, type, data, 'container-path': path } = record;
      if (path === undefined) return { name, type, data: stringsOf(data ?? '') };
      const text = txtTextOf(await read(path, index));
      if (text === null) {
        throw new ConfigurationError(
          `${placeOfRecord(index)}: The file ${visible(path)} in the container holds neither the text of a TXT record nor such a record as in a zone file.`,
        );
      }
      return { name, type, data: stringsOf(text) };
    }),
  );
}

/**
 * The text of a TXT record in a file: its only line, or its strings in quotes where it holds a record in
 * the form of a zone file (RFC 1035 section 5.1), as tools that make DKIM keys write it. Null: neither.
 */
export function txtTextOf(content: string): string | null {
  const quoted = [...content.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, string = '']) => string);
  const text = quoted.length > 0 ? quoted.join('').replaceAll(/\\(.)/g, '$1') : content.trim();
  return /^[\x20-\x7e]+$/.test(text) ? text : null;
}

function stringsOf(text: string): string[] {
  return Array.from({ length: Math.ceil(text.length / LONGEST_STRING) }, (_, index) =>
    text.slice(index * LONGEST_STRING, (index + 1) * LONGEST_STRING),
  );
}

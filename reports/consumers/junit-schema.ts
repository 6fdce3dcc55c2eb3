import { readFile } from 'node:fs/promises';
import { XmlDocument, XmlValidateError, XsdValidator } from 'libxml2-wasm';

const SCHEMA = new URL('../fixtures/schemas/junit.xsd', import.meta.url);

/** What the JUnit schema has to say against a file, as libxml2 puts it; empty when the file is valid. */
export interface JunitSchema {
  problems(xml: string): string[];
}

/** The JUnit schema of Apache Ant, in the hands of libxml2. */
export async function openJunitSchema(): Promise<JunitSchema> {
  const document = XmlDocument.fromString(await readFile(SCHEMA, 'utf8'));
  const validator = XsdValidator.fromDoc(document);
  return {
    problems(xml) {
      const file = XmlDocument.fromString(xml);
      try {
        validator.validate(file);
        return [];
      } catch (thrown) {
        if (!(thrown instanceof XmlValidateError)) throw thrown;
        return thrown.details.map(({ line, message }) => `${line}: ${message.trim()}`);
      } finally {
        file.dispose();
      }
    },
  };
}

import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { FILES } from './certificates.ts';

/** A folder with all certificates and keys, and with these texts beside them, by their names; it is removed when the test ends. */
export function webFolder(texts: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  cpSync(FILES, folder, { recursive: true });
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  return folder;
}

/** The path of a file with this text in such a folder. */
export function webFile(text: string): string {
  return join(webFolder({ 'web.yml': text }), 'web.yml');
}

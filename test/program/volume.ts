import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A volume as Kubernetes mounts it: its files lead through `..data` to the version in force, which one rename replaces. */
export function openVolume(folder: string) {
  let versions = 0;
  return {
    folder,
    /** Replaces all files at once. */
    mount(files: Readonly<Record<string, string>>) {
      versions += 1;
      const version = `..version_${versions}`;
      mkdirSync(join(folder, version), { recursive: true });
      for (const [name, text] of Object.entries(files)) {
        writeFileSync(join(folder, version, name), text);
        if (!existsSync(join(folder, name))) symlinkSync(`..data/${name}`, join(folder, name));
      }
      symlinkSync(version, join(folder, '..data_tmp'));
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
      if (versions > 1) rmSync(join(folder, `..version_${versions - 1}`), { recursive: true });
    },
  };
}

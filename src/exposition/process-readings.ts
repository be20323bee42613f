import { openSync, readdirSync, readSync, statSync } from 'node:fs';
import { getHeapSpaceStatistics, getHeapStatistics, type HeapSpaceInfo } from 'node:v8';
import type { Sample } from '../core/family.ts';

/** Samples by the name of their family, of families that are known together. */
export type Reading = Readonly<Record<string, readonly Sample[]>>;

/** What reads them, by the first of the families. */
export type Readers = Readonly<Record<string, () => Reading>>;

/**
 * Reads metrics of the process and of Node.js from where prom-client takes them, and says the same of them, without its promises and the tables in
 * which it looks up labels.
 */
export function createReaders(): Readers {
  const start = process.cpuUsage();
  return {
    process_cpu_user_seconds_total() {
      const { user, system } = process.cpuUsage(start);
      return {
        process_cpu_user_seconds_total: one(user / 1e6),
        process_cpu_system_seconds_total: one(system / 1e6),
        process_cpu_seconds_total: one((user + system) / 1e6),
      };
    },
    nodejs_heap_size_total_bytes() {
      const { total_heap_size, used_heap_size, external_memory } = getHeapStatistics();
      return {
        nodejs_heap_size_total_bytes: one(total_heap_size),
        nodejs_heap_size_used_bytes: one(used_heap_size),
        nodejs_external_memory_bytes: one(external_memory),
      };
    },
    nodejs_heap_space_size_total_bytes() {
      const spaces = getHeapSpaceStatistics();
      const samples = (value: (space: HeapSpaceInfo) => number) =>
        spaces.map((space) => ({ labels: labelsOfSpace(space.space_name), value: value(space) }));
      return {
        nodejs_heap_space_size_total_bytes: samples(({ space_size }) => space_size),
        nodejs_heap_space_size_used_bytes: samples(({ space_used_size }) => space_used_size),
        nodejs_heap_space_size_available_bytes: samples(({ space_available_size }) => space_available_size),
      };
    },
    nodejs_active_resources: () => ({
      nodejs_active_resources: counted(process.getActiveResourcesInfo()),
    }),
    ...ofActive('nodejs_active_handles', (process as Untold)._getActiveHandles),
    ...ofActive('nodejs_active_requests', (process as Untold)._getActiveRequests),
    ...(process.platform === 'linux' && ofLinux()),
  };
}

/** What Node.js has without telling of it, and prom-client counts. */
type Untold = typeof process & {
  readonly _getActiveHandles?: () => readonly (object | null)[];
  readonly _getActiveRequests?: () => readonly (object | null)[];
};

function ofActive(family: string, list: Untold['_getActiveHandles']): Readers {
  if (!list) return {};
  const nameOf = (one: object | null) => one?.constructor?.name ?? [];
  return { [family]: () => ({ [family]: counted(list.call(process).flatMap(nameOf)) }) };
}

/** How many there are of each type. */
function counted(types: readonly string[]): readonly Sample[] {
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return Array.from(counts, ([type, value]) => ({ labels: { type }, value }));
}

/** It stays open, once in a process: to open it costs as much as to read it. */
let statusFile: number | undefined;

function ofLinux(): Readers {
  const bytes = Buffer.alloc(2 ** 13);
  return {
    process_resident_memory_bytes() {
      statusFile ??= openSync('/proc/self/status', 'r');
      const status = bytes.toString('latin1', 0, readSync(statusFile, bytes, 0, bytes.length, 0));
      const inBytes = (field: string) => {
        const at = status.indexOf(`\n${field}:`);
        return at < 0 ? [] : one(Number.parseInt(status.slice(at + field.length + 2), 10) * 1024);
      };
      return {
        process_resident_memory_bytes: inBytes('VmRSS'),
        process_virtual_memory_bytes: inBytes('VmSize'),
        process_heap_bytes: inBytes('VmData'),
      };
    },
    process_open_fds() {
      // Linux before 6.2 does not tell the number; the list has the one that is open for reading it.
      const count = statSync('/proc/self/fd').size || readdirSync('/proc/self/fd').length - 1;
      return { process_open_fds: one(count) };
    },
  };
}

const NO_LABELS = {};

function one(value: number): readonly Sample[] {
  return [{ labels: NO_LABELS, value }];
}

/** Always the same object for a space. */
function labelsOfSpace(name: string): { readonly space: string } {
  const known = spaces.get(name);
  if (known) return known;
  const labels = { space: name.replace(/_space$/, '') };
  spaces.set(name, labels);
  return labels;
}

const spaces = new Map<string, { readonly space: string }>();

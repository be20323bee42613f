import { readdirSync, readFileSync } from 'node:fs';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
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
      const spaces = getHeapSpaceStatistics().map((space) => ({
        ...space,
        labels: { space: space.space_name.replace(/_space$/, '') },
      }));
      return {
        nodejs_heap_space_size_total_bytes: spaces.map(({ labels, space_size: value }) => ({
          labels,
          value,
        })),
        nodejs_heap_space_size_used_bytes: spaces.map(({ labels, space_used_size: value }) => ({
          labels,
          value,
        })),
        nodejs_heap_space_size_available_bytes: spaces.map(({ labels, space_available_size: value }) => ({
          labels,
          value,
        })),
      };
    },
    ...(process.platform === 'linux' && OF_LINUX),
  };
}

const OF_LINUX: Readers = {
  process_resident_memory_bytes() {
    const status = readFileSync('/proc/self/status', 'utf8');
    const bytes = (field: string) =>
      one(Number(new RegExp(`^${field}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024);
    return {
      process_resident_memory_bytes: bytes('VmRSS'),
      process_virtual_memory_bytes: bytes('VmSize'),
      process_heap_bytes: bytes('VmData'),
    };
  },
  process_open_fds() {
    // Without the one that is open for reading them.
    return { process_open_fds: one(readdirSync('/proc/self/fd').length - 1) };
  },
};

function one(value: number): readonly Sample[] {
  return [{ labels: {}, value }];
}

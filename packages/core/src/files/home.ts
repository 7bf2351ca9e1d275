import { homedir } from 'node:os'
import { join } from 'node:path'

/** The folder of downloads and caches: `$DML_CRC_HOME`, else `~/.cache/dml-crc`. */
export function homeFolder(...parts: string[]): string {
  return join(process.env.DML_CRC_HOME || join(homedir(), '.cache', 'dml-crc'), ...parts)
}

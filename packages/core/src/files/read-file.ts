import { readFile } from 'node:fs/promises'
import { DataError } from '../errors.ts'

const REASONS: Record<string, string> = {
  ENOENT: 'no such file (ENOENT)',
  ENOTDIR: 'a file where a folder is expected on the way (ENOTDIR)',
  EISDIR: 'a folder (EISDIR)',
  EACCES: 'a file without permission to read (EACCES)',
  EPERM: 'a file without permission to read (EPERM)',
  ERR_FS_FILE_TOO_LARGE: 'a file of more than 2 GiB',
  ERR_INVALID_ARG_VALUE: 'a path with a zero byte',
}

/** The error of a file that cannot be read, with what the system said of it. */
export function unreadable(path: string, expected: string, cause: unknown): DataError {
  const { code = '', message } = cause as NodeJS.ErrnoException
  const received = REASONS[code] ?? message
  return new DataError(path, { expected, received, remedy: 'Check the path.' }, { cause })
}

/**
 * The whole content of a file.
 * @param expected what the file should be, for the error
 * @throws {DataError} when it is missing, a folder, not to be read, or above 2 GiB.
 */
export async function readBytes(path: string, expected = 'a readable file'): Promise<Uint8Array> {
  return readFile(path).catch((cause) => {
    throw unreadable(path, expected, cause)
  })
}

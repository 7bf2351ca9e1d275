import { resolve } from 'node:path'
import { DataError } from '../errors.ts'

const REASONS: Record<string, [received: string, remedy: string]> = {
  ENOSPC: ['a full disk (ENOSPC)', 'Free some space, then run it again.'],
  EDQUOT: ['a quota that is used up (EDQUOT)', 'Free some space, then run it again.'],
  EROFS: ['a disk that cannot be written to (EROFS)', 'Name another place.'],
  EACCES: ['no permission to write (EACCES)', 'Change the permission, or name another place.'],
  EPERM: ['no permission to write (EPERM)', 'Change the permission, or name another place.'],
  EISDIR: ['a folder in its place (EISDIR)', 'Name a file.'],
  EBUSY: ['a place that is in use or another disk is mounted at (EBUSY)', 'Name another place.'],
  ENOTDIR: ['a file where a folder is expected (ENOTDIR)', 'Name another place.'],
  EEXIST: ['a file where a folder is expected (EEXIST)', 'Name another place.'],
  ENAMETOOLONG: ['a name that is too long (ENAMETOOLONG)', 'Name a shorter one.'],
  ENOENT: ['a place that does not exist (ENOENT)', 'Name another place.'],
}

/** What the system said when a path was written, as an error that says what to do; any other error as it is. */
export function unwritable(path: string, error: unknown): unknown {
  const { code = '', path: other } = error as NodeJS.ErrnoException
  if (error instanceof DataError || !Object.hasOwn(REASONS, code)) return error
  // An error of another file, such as one that was read meanwhile.
  if (other !== undefined && !resolve(other).startsWith(resolve(path)) && !resolve(path).startsWith(resolve(other)))
    return error
  const [received, remedy] = REASONS[code]
  return new DataError(path || "''", { expected: 'a place to write to', received, remedy }, { cause: error })
}

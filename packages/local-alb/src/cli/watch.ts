/**
 * Watches the files of users and config: users and rules change while it runs, everything else at the next start.
 *
 * @module
 */

import { watchFile } from 'node:fs'
import type { LocalAlb } from '../local-alb.js'
import { LocalAlbError } from '../options/users.js'
import { readConfigFile, readUsersFile } from './config-file.js'

const EVERY_MS = 500

/** Files that were named by flags. */
export interface WatchedFiles {
  readonly users?: string | undefined
  readonly config?: string | undefined
}

async function load(alb: LocalAlb, { users, config }: WatchedFiles): Promise<void> {
  const options = config === undefined ? {} : await readConfigFile(config)
  const listed = users === undefined ? options.users : readUsersFile(users)
  if (listed !== undefined) alb.setUsers(listed)
  if (config !== undefined) alb.setRules(options.rules ?? [])
}

/** Watches as long as this process runs. A file that is wrong changes nothing, and a line says what is wrong. */
export function watchFiles(alb: LocalAlb, files: WatchedFiles): void {
  for (const file of [files.users, files.config].filter((one) => one !== undefined)) {
    // Polling, since editors replace files, and containers pass no events on.
    watchFile(file, { interval: EVERY_MS, persistent: false }, ({ mtimeMs }) => {
      // Between two writes of an editor there may be none.
      if (mtimeMs === 0) return
      load(alb, files).then(
        () => process.stderr.write(`local-alb: read ${file} again\n`),
        (error: unknown) => {
          const message = error instanceof LocalAlbError ? error.message : String(error)
          process.stderr.write(`local-alb: ${message}; users and rules stay as they are\n`)
        },
      )
    })
  }
}

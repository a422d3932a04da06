/**
 * Standard output and standard error of a command.
 *
 * @module
 */

/**
 * Goes on where nobody reads any more what is written there: a log collector that ended must not end the app with it
 * (Node throws the EPIPE). Anything else that goes wrong there is thrown, as without this.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}

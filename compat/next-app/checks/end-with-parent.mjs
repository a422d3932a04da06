/**
 * Runs the program that is its first argument, in this process, and ends with all of its group once file descriptor 3 closes: the
 * system closes it together with whoever holds the other end, however that process came to its end.
 */
import { Socket } from 'node:net'
import { pathToFileURL } from 'node:url'

new Socket({ fd: 3 })
  .once('close', () => process.kill(-process.pid, 'SIGKILL'))
  .resume()
  .unref()

process.argv.splice(1, 1)
await import(pathToFileURL(process.argv[1]).href)

/**
 * What the command says on a terminal: where things are, a line for each request, and keys.
 *
 * Everything goes to standard error: standard output is the app's. No e-mail, token or query is in a line.
 *
 * @module
 */

import { spawn } from 'node:child_process'
import type { Paint } from '../attack/report.js'
import type { LocalAlb } from '../local-alb.js'
import type { RequestRecord } from '../sessions/request-log.js'

/** Where things are, in two columns. */
export function banner(
  alb: LocalAlb,
  { version, command }: { version: string; command: string | undefined },
  paint: Paint,
): string {
  const rows = [
    ['App', alb.url],
    ['Console', `${alb.url}/_local-alb`],
    ['Behind it', command === undefined ? alb.appUrl : `${alb.appUrl}  ${command}`],
  ]
  const lines = rows.map(([name = '', value = '']) => `  ${paint('bold', name.padEnd(10))} ${paint('green', value)}`)
  return `\n  ${paint('bold', 'local-alb')} ${paint('dim', version)}\n\n${lines.join('\n')}\n`
}

/** What keys do, where there are any. */
export const keysLine = (paint: Paint): string =>
  `\n  ${paint('dim', 'press')} o ${paint('dim', 'to open,')} u ${paint('dim', 'for users,')} f ${paint('dim', 'for faults,')} q ${paint('dim', 'to quit')}\n\n`

/** Nothing that could move the cursor of a terminal; a query may have secrets in it. */
const shownPath = (path: string): string => path.replace(/\?.*$/s, '').replaceAll(/[^\x21-\x7E]/g, '?')

const isRefused = ({ status }: RequestRecord): boolean => typeof status !== 'number' || status >= 400

/** The line of a request. */
export function requestLine(record: RequestRecord, paint: Paint): string {
  const { at, method, path, status, milliseconds = 0, reason, why, answeredBy, fault } = record
  const colour = isRefused(record) ? 'red' : answeredBy === 'app' ? 'green' : 'yellow'
  const because = [reason, why].filter((part) => part !== undefined).join(': ')
  const line = [
    paint('dim', at.toTimeString().slice(0, 8)),
    paint(colour, String(status).padStart(3)),
    `${method} ${shownPath(path)}`,
    paint('dim', `${milliseconds} ms`),
    ...(because === '' ? [] : [because]),
    ...(fault === undefined ? [] : [paint('yellow', `(fault ${fault})`)]),
  ]
  return `${line.join('  ')}\n`
}

/** Whether a request is worth a line outside a terminal: what was refused, and why. */
export const isWorthALine = (record: RequestRecord): boolean => isRefused(record) && record.status !== 'client left'

function open(url: string): void {
  const [program, ...args] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open']
  const child = spawn(program ?? '', [...args, url], { stdio: 'ignore', detached: true })
  child.once('error', () => process.stderr.write(`local-alb: no browser could be opened; here it is: ${url}\n`))
  child.unref()
}

/** What arrow and function keys send (ECMA-48 section 5.4): several characters, none of which is a key of ours. */
const ESCAPE_SEQUENCE = /\u001B(?:\[[0-?]*[ -/]*[@-~]|O.)/g // eslint-disable-line no-control-regex -- they are what is looked for

/** Takes keys of a terminal, as long as this process runs. @param end asks it to end, as Ctrl-C does */
export function takeKeys(alb: LocalAlb, end: () => void): void {
  const { stdin } = process
  stdin.setRawMode(true)
  stdin.resume().unref()
  process.once('exit', () => stdin.setRawMode(false))
  const press = (key: string): void => {
    if (key === 'o') open(alb.url)
    else if (key === 'u') open(`${alb.url}/_local-alb/users`)
    else if (key === 'f') open(`${alb.url}/_local-alb/faults`)
    // Ctrl-C and Ctrl-D: in raw mode the terminal sends no signal.
    else if (key === 'q' || key === '\u0003' || key === '\u0004') end()
  }
  // Several keys may be read at once: Ctrl-C after others must not be lost.
  stdin.on('data', (chunk: Buffer) => chunk.toString().replaceAll(ESCAPE_SEQUENCE, '').split('').forEach(press))
}

/** Writes `bench/RESULTS.md` and its plots. */
import { writeFile } from 'node:fs/promises'
import { cpus, loadavg, platform, release, totalmem } from 'node:os'
import { plot } from './plot.mjs'
import { rowAsMarkdown, targetsAsMarkdown } from './report.mjs'

const here = new URL('./', import.meta.url)

function machine({ loadAtStart, rounds, appRounds, tokens }) {
  const [{ model }] = cpus()
  const gib = Math.round(totalmem() / 2 ** 30)
  return [
    `- date: ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    `- machine: ${model}, ${cpus().length} cores, ${gib} GiB, ${platform()} ${release()}`,
    `- Node ${process.version}, OpenSSL ${process.versions.openssl}`,
    `- load average at the start ${loadAtStart.toFixed(2)}, at the end ${loadavg()[0].toFixed(2)} (the run itself makes about 2)`,
    `- ${rounds} rounds, ${appRounds} of whole apps; ${tokens.toLocaleString('en-GB')} tokens and requests for the rows of memory`,
    '- aws-jwt-verify 5.2.1, fast-jwt 6.3.6, jose 6.2, autocannon 9.0.0',
  ].join('\n')
}

const HOW = `Everything here was printed by one run of \`npx pnpm bench\`. Contenders take turns, round after round, in rotating order; ratios are taken
within a round. Numbers are medians over the rounds, with quartiles in brackets. "us of event loop" is the active time that
\`performance.eventLoopUtilization()\` counts, divided by the requests: the time that nothing else in the process can run; where other
programs, or the process's own thread pool, take the core away meanwhile, that counts too. CPU on the main thread does not have that, and is what
absolute targets go by. Tokens are generated
and really signed: padded ES256 ALB tokens, RS256 access tokens of a 2048-bit key, 10 groups. Keys are at hand in all contenders. "cognito-auth" is what an app
calls, \`CognitoAuth.requireUser(headers)\` with \`allowedGroups\`: it reads headers, verifies, makes a user, asks rules. Other libraries verify, as "verify alone" does.`

/** What keeps a target from being met. */
const LIMITS = `- **Never seen, one at a time.** aws-jwt-verify parses and verifies; the row of \`verify\` alone is what that takes here, and between the two rows are headers, the user, rules and events.
- **Never seen, against the floor.** What is added to the two signatures is, in the order of its cost: JSON of the payloads (parsed, frozen, \`__proto__\` removed),
  garbage collection of what is remembered, SHA-256 of both tokens (what they are remembered by), base64url of the parts (decoded, and encoded again to refuse
  second spellings), and copying what was signed for \`node:crypto\`. None of it can go without a check of the verifier or the memory of it going too.
- **Never seen, in flight.** aws-jwt-verify works on one core; with all cores busy, everybody else is bounded by their number divided by the CPU of a request. The row tells what
  two cores leave for all that is not a signature: about as much as handing two jobs to the thread pool takes, or less.
  The pool has four threads, which on two cores take them from the event loop: the row with as many threads as cores shows how much that is.
- **Fresh ALB token, 64 in flight.** On two cores the four threads of the pool take them from the event loop here, too; \`requireUser\` makes a user for each besides.
  The floor is one signature; beside it stand SHA-256 of both tokens, the JSON of the new one, and a user who is made
  and frozen anew. The two rows of the case, with \`requireUser\` and with \`verify\` alone, tell how much each is.
- **Seen before.** More than half of it is SHA-256 of both tokens, without which a remembered token could be another. \`requireUser\` reads headers and asks rules besides. A processor that is quick at
  signatures brings aws-jwt-verify nearer: what the row has above its target, or lacks, is the machine's. \`verify\` alone is the row beside it.
- **A refused token.** In the order of its cost: taking the token apart (both parts decoded, encoded again, parsed: what is malformed is told before who signed it), the error and its
  way up through all that called, headers, the promises that are rejected one after the other, and waiting for the next turn of the event loop where sixty-four were begun with in this one. The limit is absolute: a slower core needs more for the same. \`verify\` alone is the row beside it.
- **Bearer tokens.** aws-jwt-verify takes the claims of a token and no more; \`requireUser\` reads headers, makes a user, asks rules and tells events besides. Never
  seen, most of that is the user: a plain object, for serialisers, whose claims and methods are hidden one by one. Seen before, SHA-256 of the signature comes first, then headers and rules, and
  the rest are checks of the time and the key, of which none is long; \`verifyBearerToken\` alone tells how much of it is the token.
- **Clocks.** Two cores are shared by the event loop, the thread pool, and for whole apps the client that makes the load: requests/s are bounded by two divided by the CPU of all of them.
  On a machine with other programs clocks compare badly, and from one run to the next these rows differ by a quarter; CPU does not as much.
- **End to end.** The framework and Node's HTTP take the larger part of a request, with or without a check, and the client that makes the load shares the two cores. Each row tells the most that can be had.
  A fresh token costs a whole app more than the row of fresh tokens above: what a signature check needs has left the caches, and threads that sleep between two requests are woken for each.
- **Lambda, fresh.** One event at a time, so in place: the one by hand checks two signatures, this one and what is told under "never seen, one at a time".
- **First answer.** Loading core and jose, Node’s own \`fetch\` for the keys (the rows of Request and Response without protection tell how much that is), and running each check for the
  first time, before V8 has compiled any of it. To look through an app of NestJS for what is not protected is a few milliseconds; its own start takes so long that what is added to it is the least certain of all rows.
- **Size.** What is left is code and sentences: every error says what to do. The published files are readable, not minified. Installed, core is there twice, as ES modules and as CommonJS: Jest and Lambda’s Node 20 cannot require the former.`

/** @param {object[]} rows @param {object[]} plots What `growth` measured. @param {object} run How much was measured, and the load before. */
export async function writeResults(rows, plots, run) {
  for (const given of plots) await writeFile(new URL(given.file, here), plot(given))
  const text = [
    '# Results',
    HOW,
    machine(run),
    '## Targets',
    targetsAsMarkdown(rows),
    '## Where a target is missed',
    LIMITS,
    '## How the cost grows',
    ...plots.map(({ file, title, xLabel }) => `![${title}, by ${xLabel}](${file})`),
    '## Cases',
    ...rows.map(rowAsMarkdown),
  ].join('\n\n')
  await writeFile(new URL('RESULTS.md', here), `${text}\n`)
}

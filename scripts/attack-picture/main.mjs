/**
 * `node scripts/attack-picture/main.mjs`: attacks two apps and draws what came of it, docs/public/attack.svg. `--check` compares
 * with the picture that is there.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startLocalAlb } from '../../packages/local-alb/dist/index.mjs'

const PICTURE = fileURLToPath(new URL('../../docs/public/attack.svg', import.meta.url))
const here = (path) => fileURLToPath(new URL(path, import.meta.url))
process.env.COGNITO_AUTH_CONFIG_PATH = here('../../examples/express/auth-config.json')

const APPS = [
  ['an app that checks the signature and nothing else', here('signature-only.mjs')],
  ['an app with cognito-auth', here('../../examples/express/app.js')],
]

async function attack(app) {
  const alb = await startLocalAlb({ command: [process.execPath, app], port: 0 })
  try {
    return await alb.attack({ user: 'ada@example.com' })
  } finally {
    await alb.stop()
  }
}

const LINE = 22
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** Lines of a terminal: columns begin at places of their own. */
function linesOf([what, { results, passed, failed }]) {
  const failures = results.filter(({ verdict }) => verdict === 'fail')
  const shown = failures.map((result) => [
    ['no', 20, 'FAIL'],
    ['b', 70, result.name],
    ['', 215, String(result.got ?? '-')],
    ['soft', 255, result.what],
  ])
  const total = failed === 0 ? `${passed} requests: no attack was accepted` : `${failed} of ${results.length} failed`
  return [
    [
      ['soft', 20, '$ local-alb --attack -- node app.js'],
      ['soft', 330, `# ${what}`],
    ],
    ...shown,
    [[failed === 0 ? 'yes b' : 'no b', 20, total]],
    [],
  ]
}

function svgOf(reports) {
  const lines = reports.flatMap(linesOf).slice(0, -1)
  const texts = lines.flatMap((parts, index) =>
    parts.map(([name, x, text]) => `  <text x="${x}" y="${34 + index * LINE}" class="${name}">${escaped(text)}</text>`),
  )
  const height = 34 + lines.length * LINE
  const summary = reports.map(
    ([what, { results, failed }]) => `Of ${results.length} requests, ${what} fails at ${failed}.`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 930 ${height}" role="img" aria-labelledby="t d" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14">
  <title id="t">local-alb --attack, against two apps</title>
  <desc id="d">${escaped(summary.join(' '))}</desc>
  <style>
    svg { color-scheme: light dark }
    text { fill: #1f2328 } .soft { fill: #57606a } .no { fill: #b42318 } .yes { fill: #116329 } .b { font-weight: 600 }
    .screen { fill: #f6f8fa; stroke: #d0d7de }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .soft { fill: #9da7b3 } .no { fill: #ff8f85 } .yes { fill: #6fdd8b }
      .screen { fill: #161b22; stroke: #30363d }
    }
  </style>
  <rect class="screen" x="0.5" y="0.5" width="929" height="${height - 1}" rx="8" />
${texts.join('\n')}
</svg>
`
}

const reports = await Promise.all(APPS.map(async ([what, app]) => [what, await attack(app)]))
const svg = svgOf(reports)
if (!process.argv.includes('--check')) writeFileSync(PICTURE, svg)
else if (readFileSync(PICTURE, 'utf8') !== svg) {
  console.error('docs/public/attack.svg is not what the attacks come to now: node scripts/attack-picture/main.mjs')
  process.exitCode = 1
}

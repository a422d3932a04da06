/** What importing costs. */
import { runChild } from '../children/run-child.mjs'
import { inTurns } from '../measure.mjs'
import { bound, row } from '../report.mjs'

/** Import of core against jose alone, each in a fresh process. */
export async function start({ rounds }) {
  const importing = (name) => () => runChild('start.mjs', [name])
  const samples = await inTurns(rounds, {
    'cognito-auth core': importing('core'),
    'jose alone': importing('jose'),
    'aws-jwt-verify': importing('aws-jwt-verify'),
  })
  const sdk = await runChild('sdk.mjs')
  return row({
    title: 'Start: import of core',
    standsFor: 'the cold start of a function or a container',
    samples,
    columns: [['ms', 'ms', 1]],
    targets: [
      bound.atMost(samples, 'ms', 'cognito-auth core', 'jose alone', 1.3, 'x importing jose alone'),
      bound.fact('the AWS SDK is not loaded before a secret is used', !sdk.afterImport && !sdk.afterRequest),
      bound.fact('and is when one is (else this would prove nothing)', sdk.afterSecret),
    ],
  })
}

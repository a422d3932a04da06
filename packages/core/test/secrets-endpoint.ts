/** Speaks enough of the JSON protocol of Secrets Manager: GetSecretValue, by the name of the secret. */
import { createServer } from 'node:http'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'

const rules = '{"allowed_groups":["developers"]}'

const ANSWERS: Record<string, { status: number; body: object; afterMs?: number } | 'silence'> = {
  text: { status: 200, body: { SecretString: rules } },
  binary: { status: 200, body: { SecretBinary: Buffer.from(rules).toString('base64') } },
  empty: { status: 200, body: {} },
  nonsense: { status: 200, body: { SecretString: 'hunter2' } },
  wrong: { status: 200, body: { SecretString: '{"allowed_users":["hunter2"]}' } },
  missing: { status: 400, body: { __type: 'ResourceNotFoundException', message: 'x' } },
  denied: { status: 400, body: { __type: 'AccessDeniedException', message: 'x' } },
  undecryptable: { status: 400, body: { __type: 'DecryptionFailure', message: 'x' } },
  deleted: { status: 400, body: { __type: 'InvalidRequestException', message: 'x' } },
  misnamed: { status: 400, body: { __type: 'ValidationException', message: 'x' } },
  misspelt: { status: 400, body: { __type: 'InvalidParameterException', message: 'x' } },
  'badly-signed': { status: 400, body: { __type: 'InvalidSignatureException', message: 'x' } },
  unsigned: { status: 400, body: { __type: 'UnrecognizedClientException', message: 'x' } },
  throttled: { status: 400, body: { __type: 'ThrottlingException', message: 'x' } },
  broken: { status: 500, body: { __type: 'InternalServiceError', message: 'x' } },
  slow: 'silence',
  lazy: { status: 200, body: { SecretString: rules }, afterMs: 2000 },
}

/** A running endpoint. */
export interface SecretsEndpoint {
  readonly url: string
  /** The SDK's own client, pointed here. */
  readonly client: SecretsManagerClient
  /** `X-Amz-Target` of each request. */
  readonly targets: unknown[]
  stop(): void
}

/** Starts one on a free port. */
export async function startSecretsEndpoint(): Promise<SecretsEndpoint> {
  const targets: unknown[] = []
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      targets.push(req.headers['x-amz-target'])
      const { SecretId } = JSON.parse(Buffer.concat(chunks).toString()) as { SecretId: string }
      const answer = ANSWERS[SecretId]
      if (answer === 'silence' || answer === undefined) return
      const send = (): void => {
        res.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer.body))
      }
      if (answer.afterMs === undefined) send()
      else setTimeout(send, answer.afterMs)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const client = new SecretsManagerClient({ region: 'eu-west-2', endpoint: url, credentials, maxAttempts: 1 })
  return {
    url,
    client,
    targets,
    stop() {
      client.destroy()
      server.closeAllConnections()
      server.close()
    },
  }
}

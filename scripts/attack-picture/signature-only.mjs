/** An app as many are: it checks the signature of the user claims token with the key that it names, and nothing else. */
import { verify } from 'node:crypto'
import { createServer } from 'node:http'

const json = (part) => JSON.parse(Buffer.from(part, 'base64url').toString())

async function emailOf(token) {
  const [header, claims, signature] = token.split('.')
  const url = `${process.env.COGNITO_AUTH_LOCAL_ALB}/_local-alb/keys/${json(header).kid}`
  const key = { key: await (await fetch(url)).text(), dsaEncoding: 'ieee-p1363' }
  const isGood = verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'))
  return isGood ? json(claims).email : undefined
}

createServer(async (req, res) => {
  const email = await emailOf(String(req.headers['x-amzn-oidc-data'])).catch(() => undefined)
  res.writeHead(email === undefined ? 401 : 200).end(email === undefined ? 'no' : `hello ${email}`)
}).listen(Number(process.env.PORT), '127.0.0.1')

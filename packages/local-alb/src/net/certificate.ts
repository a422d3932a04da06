/**
 * A certificate for this machine, made anew at each start: its key is kept nowhere, and nothing else trusts it.
 *
 * @module
 */

/** A certificate and its key, as PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** Makes a certificate for the names of this machine, and for that of a public URL. */
export async function createCertificate(publicHost?: string): Promise<Certificate> {
  // Loaded here: it takes longer than all the rest of the load balancer, and few ask for HTTPS.
  const { generate } = await import('selfsigned')
  const names = ['localhost', '*.localhost', ...(publicHost === undefined ? [] : [publicHost])]
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + 30 * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  })
  return { cert, key }
}

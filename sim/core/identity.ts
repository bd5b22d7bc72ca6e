/** Who calls: every party has a key, and each call carries a short-lived token signed with it (JWT, RFC 7519; ES256). */
import { exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT, type JWK } from 'jose'
import { MINUTE, SECOND, type Clock } from './clock.ts'
import { Problem } from './problem.ts'

/** Tokens live this long (assumed): long enough for a slow call, too short to be worth stealing. */
const tokenLifeMs = MINUTE
/** A token is used again for calls to the same party for this long, so that a burst does not sign each call anew (assumed). */
const reuseMs = 20 * SECOND

/** So many verified tokens are remembered, then all are forgotten and verified anew (assumed). */
const rememberedTokens = 10_000

export type Caller = { id: string; role: string }

/** Everybody who may be recognised: public keys and roles, by party id. */
export type Directory = Map<string, { role: string; publicKey: JWK }>

export type PartyKey = { privateJwk: JWK; publicJwk: JWK }

export const createPartyKey = async (): Promise<PartyKey> => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  return { privateJwk: await exportJWK(privateKey), publicJwk: await exportJWK(publicKey) }
}

export type Identity = {
  id: string
  role: string
  /** A token for calls to `audience`. */
  tokenFor(audience: string): Promise<string>
  /**
   * Who signed this token for us; a token that is forged, stale, or meant for somebody else is a 401 problem.
   * It is judged at `at` where that is later than now.
   */
  recognise(token: string, at?: number): Promise<Caller>
}

export const createIdentity = async (
  self: Caller,
  { key, directory, clock }: { key: PartyKey; directory: Directory; clock: Clock },
): Promise<Identity> => {
  const signingKey = await importJWK(key.privateJwk, 'ES256')
  const sent = new Map<string, { token: string; issuedAt: number }>()
  const recognised = new Map<string, { caller: Caller; publicKey: JWK; expiresAt: number }>()
  const publicKeys = new WeakMap<JWK, Awaited<ReturnType<typeof importJWK>>>()

  const publicKeyOf = async (id: string) => {
    const entry = directory.get(id)
    if (entry === undefined)
      throw new Problem(401, 'unknown-caller', 'the token names a caller this party does not know')
    const known = publicKeys.get(entry.publicKey)
    if (known !== undefined) return known
    const imported = await importJWK(entry.publicKey, 'ES256')
    publicKeys.set(entry.publicKey, imported)
    return imported
  }

  return {
    ...self,
    tokenFor: async (audience) => {
      const now = clock.now()
      const earlier = sent.get(audience)
      if (earlier !== undefined && now - earlier.issuedAt < reuseMs && now >= earlier.issuedAt) return earlier.token
      const token = await new SignJWT()
        .setProtectedHeader({ alg: 'ES256', kid: self.id })
        .setIssuer(self.id)
        .setAudience(audience)
        .setIssuedAt(Math.floor(now / SECOND))
        .setExpirationTime(Math.floor((now + tokenLifeMs) / SECOND))
        .sign(signingKey)
      sent.set(audience, { token, issuedAt: now })
      return token
    },
    recognise: async (token, at = 0) => {
      const now = Math.max(clock.now(), at)
      const known = recognised.get(token)
      if (known !== undefined && now < known.expiresAt) {
        const entry = directory.get(known.caller.id)
        if (entry?.publicKey === known.publicKey && entry.role === known.caller.role) return known.caller
      }
      try {
        let id = ''
        const { payload } = await jwtVerify(
          token,
          ({ kid }) => {
            id = kid ?? ''
            return publicKeyOf(id)
          },
          {
            audience: self.id,
            algorithms: ['ES256'],
            currentDate: new Date(now),
            maxTokenAge: tokenLifeMs / SECOND + 's',
            // seconds by which two clocks may differ (assumed)
            clockTolerance: 5,
          },
        )
        const entry = directory.get(id)
        if (entry === undefined || payload.iss !== id) throw new Error('issuer and key differ')
        const caller = { id, role: entry.role }
        if (recognised.size >= rememberedTokens) recognised.clear()
        const expiresAt = Math.min((payload.exp ?? 0) * SECOND, (payload.iat ?? 0) * SECOND + tokenLifeMs)
        recognised.set(token, { caller, publicKey: entry.publicKey, expiresAt })
        return caller
      } catch (cause) {
        if (cause instanceof Problem) throw cause
        throw new Problem(401, 'bad-token', 'the bearer token is not valid here and now', { cause })
      }
    },
  }
}

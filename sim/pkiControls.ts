/** Lets outside test suites put their cases to the validator: `/manage/pki`, the case format of the conformance data. */
import { Hono, type HonoRequest } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { readBody } from './core/body.ts'
import { Problem } from './core/problem.ts'
import { type Case, name, verify, verifySignature } from './pki/conformance.ts'
import type { SignatureQuestion } from './pki/signatureQuestion.ts'

/** Cases of known suites have at most 0.3 MiB; this much is taken (assumed). */
const maxCaseBytes = 8 * 1024 * 1024

/** Any object will do: what is missing or of the wrong kind in it is refused by the validator, which says so in its reason. */
const object = <T extends object>() => z.custom<T>((value) => typeof value === 'object' && value !== null)
const question = object<Case>()
const signature = object<SignatureQuestion>()

/**
 * `POST /validate` takes a case (anchors, intermediates, leaf, crls, ocsps as base64 DER, time, revocation, …) and answers
 * `{ result: 'accept' | 'reject' | 'n/a', reason }`; `POST /verify-signature` takes one signature and answers `{ result }`.
 */
export const createPkiControls = () => {
  const limit = bodyLimit({
    maxSize: maxCaseBytes,
    onError: () => {
      throw new Problem(413, 'too-large', `the case is larger than ${maxCaseBytes} bytes`)
    },
  })
  const read = async <S extends z.ZodType<object>>(schema: S, request: HonoRequest) =>
    readBody(schema, request.header('content-type'), await request.text())
  return new Hono()
    .get('/', (c) => c.json({ name, formats: { validate: 'cert-cases/1', verifySignature: 'wycheproof' } }))
    .post('/validate', limit, async (c) => c.json(await verify(await read(question, c.req))))
    .post('/verify-signature', limit, async (c) => c.json(await verifySignature(await read(signature, c.req))))
}

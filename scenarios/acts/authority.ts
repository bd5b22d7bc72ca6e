/** What the CA's own staff and the platform's do about CA keys by hand, and what a terminal reads of them from cards and lists. */
import { join } from 'node:path'
import type { CaApp } from '../../sim/ca/index.ts'
import { answer } from '../../sim/core/network.ts'
import { fromBase64 } from '../../sim/messages/base64.ts'
import { type Certificate, isIssuedBy, parseCertificate } from '../../sim/pki/certificate.ts'
import { type Crl, parseCrl } from '../../sim/pki/crl.ts'
import { checkOcspResponse, createOcspRequest, parseOcspResponse } from '../../sim/pki/ocsp.ts'
import { type CertificateKind, certificateKinds } from '../../sim/pki/profile.ts'
import { publishAnchor, withdrawAnchor } from '../../sim/pki/trustFolder.ts'
import type { PlatformApp } from '../../sim/platform/index.ts'
import type { Stage } from '../stage.ts'
import { insertCard } from './terminal.ts'

type Named = { kind: CertificateKind; generation: number }
export type Generation = Named & { state: string; certificate: Certificate }

const staff = (stage: Stage) => stage.world.connectAs('ca')<CaApp>('ca')
/** The platform's line to the CA: lists and answers are given to verifiers only. */
const verifier = (stage: Stage) => stage.world.connectAs('platform')<CaApp>('ca')
const operators = (stage: Stage) => stage.world.connectAs('platform')<PlatformApp>('platform')

/** All generations that are not declared compromised, the newest of each kind first. */
export const generationsOf = async (stage: Stage): Promise<Generation[]> => {
  const { authorities } = await answer(stage.connect<CaApp>('ca').authorities.$get())
  return authorities.map(({ certificate, ...named }) => ({
    ...named,
    certificate: parseCertificate(fromBase64(certificate)),
  }))
}

/** The certificate by which a card is recognised: anybody may read it. */
export const cardCertificate = async (stage: Stage, personId: string): Promise<Certificate> => {
  const reader = await insertCard(stage, personId)
  return parseCertificate(await reader.readAuthenticationCertificate())
}

/** Which generation signed the card's authentication certificate: told by its key, since all have one name. */
export const generationOfCard = async (stage: Stage, personId: string, among: Generation[]): Promise<number> => {
  const certificate = await cardCertificate(stage, personId)
  const issuer = among.find((one) => one.kind === 'authentication' && isIssuedBy(certificate, one.certificate))
  if (issuer === undefined) throw new Error(`no generation issued the card of ${personId}`)
  return issuer.generation
}

/** The full lists of one generation in force now, by partition. */
export const listsOf = async (stage: Stage, { kind, generation }: Named): Promise<Crl[]> => {
  const { crls } = await answer(verifier(stage).crls.$get())
  const lists: Crl[] = []
  for (const { partition } of crls.filter((list) => list.kind === kind && list.generation === generation)) {
    const asked = { param: { kind, partition }, query: { generation: String(generation) } }
    const response = await verifier(stage).crls[':kind'][':partition'].$get(asked)
    lists.push(parseCrl(new Uint8Array(await response.arrayBuffer())))
  }
  return lists
}

/** What the CA's responder says of a certificate, believed only if it is signed under `issuer`. */
export const askOcsp = async (stage: Stage, certificate: Certificate, issuer: Generation): Promise<string> => {
  const question = { issuer: issuer.certificate, serialNumbers: [certificate.serialNumber] }
  const response = await verifier(stage).ocsp[':kind'].$post(
    { param: { kind: issuer.kind } },
    {
      headers: { 'content-type': 'application/ocsp-request' },
      init: { body: new Uint8Array(createOcspRequest(question)) },
    },
  )
  const parsed = parseOcspResponse(new Uint8Array(await response.arrayBuffer()))
  const status = checkOcspResponse(parsed, { issuer: issuer.certificate, certificate, now: stage.now() })
  return 'refused' in status ? status.refused : status.certStatus
}

/** The ceremony in which both CAs get new keys; what they issue from then on is signed with these. */
export const rollOver = async (stage: Stage) => {
  const made: { kind: CertificateKind; generation: number; certificate: string }[] = []
  for (const kind of certificateKinds) {
    await stage.work({ stakeholder: 'ca', work: 'key-ceremony', parameter: 'ca-key-ceremony', case: kind })
    made.push(await answer(staff(stage).authorities[':kind'].generations.$post({ param: { kind } })))
  }
  return made
}

export const declareCompromised = async (stage: Stage, { kind, generation }: Named) => {
  await stage.work({ stakeholder: 'ca', work: 'declare-compromise', parameter: 'ca-compromise', case: kind })
  const param = { kind, generation: String(generation) }
  return answer(staff(stage).authorities[':kind'].generations[':generation'].compromises.$post({ param }))
}

const trustFolder = (stage: Stage) => join(stage.world.folder, 'trust-anchors')

/** A new CA certificate is still on its way to the platform: in the testbed the CA lays it there at once, here it is taken out again. */
export const holdBack = (stage: Stage, anchor: Named) => withdrawAnchor(trustFolder(stage), anchor)

/** Somebody brings the certificate, somebody else compares its fingerprint with the one the CA told on another way, and installs it. */
export const installAnchor = async (stage: Stage, anchor: Named & { certificate: string }) => {
  await stage.work({ stakeholder: 'ca', work: 'deliver-anchor', parameter: 'anchor-delivery', case: anchor.kind })
  await stage.work({ stakeholder: 'platform', work: 'install-anchor', parameter: 'anchor-check', case: anchor.kind })
  publishAnchor(trustFolder(stage), { ...anchor, certificate: fromBase64(anchor.certificate) })
}

/** The platform's staff have the folder read at once; otherwise that happens once a day. */
export const reloadAnchors = async (stage: Stage) => {
  await stage.work({ stakeholder: 'platform', work: 'reload-anchors', parameter: 'anchor-reload' })
  return answer(operators(stage)['trust-anchors'].reloads.$post())
}

export const trustedGenerations = async (stage: Stage) =>
  (await answer(stage.connect<PlatformApp>('platform')['trust-anchors'].$get())).anchors

/** The extensions of a certificate as one object of values, each read as its own reader says. */
import { readBasicFour } from './basicFour.ts'
import {
  checkOcspNoCheck,
  type Extension,
  readAltNames,
  readAnyAltNames,
  readAuthorityKeyIdentifier,
  readBasicConstraints,
  readDistributionPoints,
  readKeyPurposes,
  readKeyUsage,
  readOcspUrl,
  readPolicies,
  readSubjectKeyIdentifier,
} from './extension.ts'
import { extensionOid, kindOfPolicy } from './profile.ts'
import { remembering } from './repeated.ts'

/** `profile`: only what a certificate of this profile may be. `any`: whatever is strict DER, for the rules of `path/` to judge. */
export type Reading = 'profile' | 'any'

/** Critical extensions that are looked at here or by whoever validates. */
export const understood: Record<Reading, ReadonlySet<string>> = {
  profile: new Set<string>([
    extensionOid.keyUsage,
    extensionOid.basicConstraints,
    extensionOid.certificatePolicies,
    extensionOid.subjectAltName,
    extensionOid.extKeyUsage,
    extensionOid.crlDistributionPoints,
  ]),
  any: new Set<string>([
    extensionOid.keyUsage,
    extensionOid.basicConstraints,
    extensionOid.certificatePolicies,
    extensionOid.subjectAltName,
    extensionOid.extKeyUsage,
    extensionOid.crlDistributionPoints,
    extensionOid.nameConstraints,
    extensionOid.policyMappings,
    extensionOid.policyConstraints,
    extensionOid.inhibitAnyPolicy,
  ]),
}

const noBits: ReadonlySet<number> = new Set()

/** Readers of values that all certificates of a CA or municipality share. */
const repeated = {
  issuerAltName: remembering((value) => readAltNames(value, 'issuer alternative name')),
  policies: remembering(readPolicies),
  distributionPoints: remembering(readDistributionPoints),
  basicConstraints: remembering(readBasicConstraints),
  ocspUrl: remembering((value) => ({ url: readOcspUrl(value) })),
  authorityKeyIdentifier: remembering((value) => ({ hex: readAuthorityKeyIdentifier(value) })),
  keyUsage: remembering(readKeyUsage),
  keyPurposes: remembering(readKeyPurposes),
}

const what = 'subject alternative name'

/** The values of all extensions that anybody asks for by name; throws a MalformedError for one that is not as it must be. */
export function readValues(extensions: ReadonlyMap<string, Extension>, reading: Reading) {
  const read = <T>(name: keyof typeof extensionOid, parse: (value: Uint8Array) => T): T | undefined => {
    const found = extensions.get(extensionOid[name])
    return found && parse(found.value)
  }
  read('issuerAltName', repeated.issuerAltName)
  const altNames = read('subjectAltName', (value) =>
    reading === 'any' ? readAnyAltNames(value, what) : readAltNames(value, what),
  )
  const policies = read('certificatePolicies', repeated.policies) ?? []
  const distributionPoints = read('crlDistributionPoints', repeated.distributionPoints) ?? []
  return {
    keyUsage: read('keyUsage', repeated.keyUsage) ?? noBits,
    extKeyUsage: read('extKeyUsage', repeated.keyPurposes) ?? [],
    policies,
    altNames,
    distributionPoints,
    ocspNoCheck: read('ocspNoCheck', checkOcspNoCheck) ?? false,
    basicConstraints: read('basicConstraints', repeated.basicConstraints),
    kind: policies.map(kindOfPolicy).find((found) => found !== undefined),
    basicFour: altNames && reading === 'profile' ? readBasicFour(altNames) : undefined,
    crlDistributionPoint: distributionPoints[0]?.text,
    ocspUrl: read('authorityInfoAccess', repeated.ocspUrl)?.url,
    subjectKeyIdentifier: read('subjectKeyIdentifier', readSubjectKeyIdentifier),
    authorityKeyIdentifier: read('authorityKeyIdentifier', repeated.authorityKeyIdentifier)?.hex,
  }
}

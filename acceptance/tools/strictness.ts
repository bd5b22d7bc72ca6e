/** Where openssl refuses what we accept, and is entitled to: the only disagreements the differential tests let pass. */
import type { Opinion } from './opinion.ts'

/** `openssl` are its words; `strict:` stands before what only `-x509_strict` finds, after a plain check found nothing. */
type Stricter = { openssl: RegExp; why: string }

const stricter: readonly Stricter[] = [
  {
    openssl: /^error 10 at 0 depth lookup: certificate has expired$|Verify error: certificate has expired$/,
    why: 'the last second: notAfter belongs to the validity (RFC 5280 section 4.1.2.5), openssl ends it a second earlier',
  },
  {
    openssl: /^strict: error 85 at 0 depth lookup: Missing Authority Key Identifier$/,
    why: 'a duty of the CA (RFC 5280 section 4.2.1.1), not a rule of path validation (section 6); the issuer is found by signature',
  },
  {
    openssl: /^strict: error 88 at 0 depth lookup: Subject empty and Subject Alt Name extension not critical$/,
    why: 'a duty of the CA (RFC 5280 section 4.2.1.6), not a rule of path validation (section 6); nobody is identified by a subject here',
  },
  {
    openssl: /^strict: error 89 at \d depth lookup: Basic Constraints of CA cert not marked critical$/,
    why: 'a duty of the CA (RFC 5280 section 4.2.1.9); NIST PKITS 4.6.4 has such a path valid',
  },
  {
    openssl: /^strict: (error 81 .*; )?error 92 at \d depth lookup: CA cert does not include key usage extension$/,
    why: 'a duty of the CA (RFC 5280 section 4.2.1.3); section 6.1.4 (n) looks at the extension only where it is present',
  },
  {
    openssl: /^error 23 at 2 depth lookup: certificate revoked$/,
    why: 'the anchor in its own list: an anchor is trusted by configuration and no part of the path (RFC 5280 section 6.1)',
  },
  {
    openssl: /CMS routines:ossl_cms_DigestAlgorithm_init_bio:unknown digest algorithm:$/,
    why: 'the unsigned list of digest algorithms lacks the signer’s: a verifier may refuse that, and need not (RFC 5652 section 5.1)',
  },
]

export const isDocumented = (ours: Opinion, theirs: Opinion) =>
  ours.verdict !== 'refused' &&
  theirs.verdict === 'refused' &&
  stricter.some(({ openssl }) => openssl.test(theirs.because))

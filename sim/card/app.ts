/** The cards' HTTP interface: personalisation for municipalities, APDUs for whoever has the card in a reader. */
import { createEdge, requestIdOf, route, routeWithBody, type Route } from '../core/http.ts'
import type { Site } from '../core/site.ts'
import {
  cardMade,
  cardMake,
  cardState,
  certificateWrite,
  commandApdu,
  keyRenewal,
  keyRenewed,
  responseApdu,
} from '../messages/card.ts'
import { pinUnblock } from '../messages/residence.ts'
import type { Box } from './box.ts'
import { carriedBy } from './carried.ts'
import { withoutPinInApdu, withoutPins } from './redaction.ts'

const apduRoute: Route = {
  summary: 'Send a command APDU to the card',
  purpose: 'card.use',
  answer: responseApdu,
  redact: withoutPinInApdu,
}

export const createApp = (site: Site, box: Box) =>
  createEdge(site)
    .post(
      '/',
      routeWithBody(cardMake, {
        summary: 'Make a card; its keys are made on it, and it has no certificates yet',
        purpose: 'card.make',
        roles: ['municipality'],
        answer: cardMade,
        redact: withoutPins,
      }),
      async (c) => c.json(await box.make(c.req.valid('json'), requestIdOf(c, site))),
    )
    .post(
      '/:cardId/keys',
      routeWithBody(keyRenewal, {
        summary: 'Make a new key, used once its certificate is written',
        purpose: 'key.renew',
        roles: ['municipality'],
        answer: keyRenewed,
        redact: withoutPins,
      }),
      async (c) => c.json(await box.renewKey(c.req.param('cardId'), c.req.valid('json'), requestIdOf(c, site))),
    )
    .post(
      '/:cardId/certificates',
      routeWithBody(certificateWrite, {
        summary: 'Write a certificate and its authority’s',
        purpose: 'certificate.write',
        roles: ['municipality'],
        answer: cardState,
      }),
      async (c) => c.json(await box.writeCertificate(c.req.param('cardId'), c.req.valid('json'))),
    )
    .post(
      '/:cardId/unblocks',
      routeWithBody(pinUnblock, {
        summary: 'Set a PIN anew, blocked or not',
        purpose: 'pin.unblock',
        roles: ['municipality'],
        answer: cardState,
        redact: withoutPins,
      }),
      async (c) => {
        const { pin, value } = c.req.valid('json')
        return c.json(await box.unblock(c.req.param('cardId'), pin, value))
      },
    )
    .post(
      '/:cardId/disablements',
      route({
        summary: 'Destroy the chip of a card that was handed in; it answers 6F00 from then on',
        purpose: 'card.disable',
        roles: ['municipality'],
        answer: cardState,
      }),
      async (c) => c.json(await box.disable(c.req.param('cardId'))),
    )
    .get(
      '/:cardId',
      route({
        summary: 'Tries left, certificates present, and whether it was destroyed',
        purpose: 'card.show',
        answer: cardState,
      }),
      async (c) => c.json(await box.state(c.req.param('cardId'))),
    )
    .post('/:cardId/apdu', routeWithBody(commandApdu, apduRoute), async (c) => {
      const { apdu } = c.req.valid('json')
      const { response, file } = await box.transmit(c.req.param('cardId'), apdu, requestIdOf(c, site))
      c.get('evidence').route = { ...apduRoute, carries: carriedBy(apdu, response, file) }
      return c.json({ response })
    })
    .post(
      '/:cardId/resets',
      route({ summary: 'Power off and on: verified PINs are forgotten', purpose: 'card.reset', answer: cardState }),
      async (c) => c.json(await box.reset(c.req.param('cardId'))),
    )

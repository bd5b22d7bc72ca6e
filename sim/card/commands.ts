/** The instructions of the JPKI application: finds the one an APDU asks for. */
import { ins, parseCommand, type Command } from './apdu.ts'
import { readBinary, select, type Outcome } from './fileCommand.ts'
import type { Memory } from './memory.ts'
import { changeReferenceData, presentTerminal, verify } from './pinCommand.ts'
import { computeDigitalSignature } from './signCommand.ts'
import { statusWords } from './statusWord.ts'

type Instruction = { ins: number; cla: number; run: (memory: Memory, command: Command) => Outcome }

const instructions: readonly Instruction[] = [
  { ins: ins.select, cla: 0x00, run: select },
  { ins: ins.readBinary, cla: 0x00, run: readBinary },
  { ins: ins.verify, cla: 0x00, run: verify },
  { ins: ins.changeReferenceData, cla: 0x00, run: changeReferenceData },
  { ins: ins.computeDigitalSignature, cla: 0x80, run: computeDigitalSignature },
  { ins: ins.presentTerminal, cla: 0x80, run: presentTerminal },
]

const answerWith =
  (known: readonly Instruction[]) =>
  (memory: Memory, apdu: string): Outcome => {
    const command = parseCommand(apdu)
    if ('error' in command) return { response: statusWords.wrongLength }
    if (command.cla !== 0x00 && command.cla !== 0x80) return { response: statusWords.wrongClass }
    const instruction = known.find((one) => one.ins === command.ins)
    if (!instruction) return { response: statusWords.unknownInstruction }
    if (instruction.cla !== command.cla) return { response: statusWords.wrongClass }
    return instruction.run(memory, command)
  }

/** What the card does with an APDU while its application is selected. Never throws, whatever the APDU. */
export const answer = answerWith(instructions)

/** What it does before: only SELECT exists, so that no driver takes this for another make of card (OpenSC ctx.c). */
export const answerUnselected = answerWith(instructions.filter((one) => one.ins === ins.select))

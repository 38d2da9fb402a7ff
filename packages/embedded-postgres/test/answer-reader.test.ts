import * as fc from 'fast-check';
import { AnswerReader } from '../src/answer-reader';
import { message, READY_FOR_QUERY } from '../src/wire';

function readerOf(...pieces: Buffer[]): AnswerReader {
  const reader = new AnswerReader();
  for (const piece of pieces) reader.read(piece);
  return reader;
}

const row = message('D', Buffer.from('Z\0\0\0\x05I'));

describe('AnswerReader', () => {
  it.each(['I', 'T', 'E'])('tells the status %s of the transaction', (status) => {
    expect(readerOf(row, message('C', 'SELECT 1'), message('Z', Buffer.from(status))).status).toBe(status);
  });

  it('tells none while the answer goes on, whatever a row ends with', () => {
    expect(readerOf(READY_FOR_QUERY, row).status).toBeUndefined();
  });

  it.each(['SET', 'RESET', 'DISCARD ALL'])('notices that %s may have changed settings', (tag) => {
    expect(readerOf(message('C', tag)).settingsTouched).toBe(true);
  });

  it.each([message('C', 'INSERT 0 1'), message('C', 'SETTLE'), message('D', 'SET'), message('N', 'SET')])(
    'does not take another message for that',
    (other) => expect(readerOf(other).settingsTouched).toBe(false),
  );

  it('reads the same, however the answer is cut', () => {
    const answer = Buffer.concat([row, message('1'), message('C', 'SET'), row, READY_FOR_QUERY]);
    fc.assert(
      fc.property(fc.array(fc.nat(answer.length)), (cuts) => {
        const ends = [...cuts, answer.length].sort((a, b) => a - b);
        const reader = readerOf(...ends.map((end, i) => answer.subarray(ends[i - 1] ?? 0, end)));
        expect([reader.status, reader.settingsTouched]).toEqual(['I', true]);
      }),
    );
  });
});
